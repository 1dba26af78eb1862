import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { docsPages } from '../../src/server/docsPages.js';
import { explorer, sendExplorer } from '../../src/server/explorer/explorer.js';
import { wantsExplorer } from '../../src/server/explorer/wantsExplorer.js';
import { bundleExplorer } from '../../src/tools/bundleExplorer.js';

const chrome = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const defaultQuery = '# Begin here\nquery Start { me { id } }\n';
const documents = [
  {
    name: 'platform',
    title: 'Platform',
    url: '/openapi/platform.json',
    document: () => ({ openapi: '3.0.3', info: { title: 'Platform' }, paths: {} }),
  },
  { name: 'v1', title: 'v1 </script>', url: '/openapi/v1.json', document: () => ({ openapi: '3.0.3', info: { title: 'v1' }, paths: {} }) },
];

let assetsDir: string;
let server: FastifyInstance;

/** A server with both kinds of pages, and an endpoint that hands over to the explorer as the real one does. */
async function aServer(explorerDir: string): Promise<FastifyInstance> {
  const made = Fastify();
  await made.register(explorer, { assetsDir: explorerDir, graphqlPath: '/graphql', defaultQuery });
  await made.register(docsPages, { documents });
  await made.register(async (scope) => {
    scope.get('/graphql', (request, reply) => (wantsExplorer(request) ? sendExplorer(reply) : reply.send({ data: null })));
  });
  return made;
}

beforeAll(async () => {
  assetsDir = await mkdtemp(join(tmpdir(), 'explorer-'));
  await bundleExplorer({ pageDir: join(import.meta.dirname, '../../src/server/explorer/page'), outDir: assetsDir });
  server = await aServer(assetsDir);
}, 60_000);

afterAll(async () => {
  await server.close();
  await rm(assetsDir, { recursive: true, force: true });
});

describe('GET /graphql', () => {
  it.each([
    ['a browser', chrome],
    ['HTML alone', 'text/html'],
    ['HTML named before a wildcard of the same weight', 'text/html, */*'],
    ['HTML over JSON', 'application/json;q=0.9, text/html'],
  ])('shows the explorer to %s', async (_who, accept) => {
    const answer = await server.inject({ url: '/graphql', headers: { accept } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers.vary).toBe('accept');
    expect(answer.body).toContain('<title>Tenantry explorer</title>');
  });

  it.each([
    ['no Accept header', undefined],
    ['a wildcard', '*/*'],
    ['JSON', 'application/json'],
    ['GraphQL JSON before anything else', 'application/graphql-response+json, application/json;q=0.9, text/html;q=0.1'],
    ['JSON and HTML alike', 'text/html, application/json'],
    ['HTML that is weighed down below a wildcard', 'text/html;q=0.5, */*;q=0.8'],
    ['HTML that is refused', 'text/html;q=0, */*'],
  ])('answers a program that sends %s', async (_what, accept) => {
    const answer = await server.inject({ url: '/graphql', headers: accept === undefined ? {} : { accept } });
    expect(answer.json()).toEqual({ data: null });
  });

  it('shows the explorer where the address holds an operation, and for HEAD, but never for POST', async () => {
    const withQuery = await server.inject({ url: '/graphql?query=%7Bme%7Bid%7D%7D', headers: { accept: chrome } });
    expect(withQuery.body).toContain('<title>Tenantry explorer</title>');
    expect(wantsExplorer({ method: 'HEAD', headers: { accept: chrome } })).toBe(true);
    expect(wantsExplorer({ method: 'POST', headers: { accept: chrome } })).toBe(false);
  });

  it('is where a browser is led that opens the bare address, and where a program finds nothing', async () => {
    const browser = await server.inject({ url: '/', headers: { accept: chrome } });
    expect([browser.statusCode, browser.headers.location, browser.headers.vary]).toEqual([302, '/graphql', 'accept']);
    expect((await server.inject({ url: '/', headers: { accept: 'application/json' } })).statusCode).toBe(404);
    expect((await server.inject({ url: '/nothing', headers: { accept: chrome } })).statusCode).toBe(404);
  });

  it('says what to do where the explorer is not built, and the rest of the server works', async () => {
    const bare = await aServer(join(assetsDir, 'absent'));
    const answer = await bare.inject({ url: '/graphql', headers: { accept: chrome } });
    expect([answer.statusCode, answer.body]).toEqual([503, 'The explorer is not built. Run: npm run build\n']);
    expect((await bare.inject('/docs')).statusCode).toBe(200);
    await bare.close();
  });
});

describe('every page', () => {
  it.each(['/graphql', '/docs'])('%s runs no script but this server’s, and no eval', async (url) => {
    const policy = policyOf(await server.inject({ url, headers: { accept: chrome } }));
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('script-src')).toBe("'self'");
    expect(policy.get('connect-src')).toBe("'self'");
    expect(policy.get('font-src')).toBe("'self'");
    expect(policy.get('frame-ancestors')).toBe("'none'");
    expect(policy.get('base-uri')).toBe("'none'");
    expect([...policy.values()].join(' ')).not.toMatch(/unsafe-eval|https?:|blob:|\*/);
  });

  it('allows inline styles to the explorer alone', async () => {
    expect(policyOf(await server.inject({ url: '/graphql', headers: { accept: chrome } })).get('style-src')).toBe("'self' 'unsafe-inline'");
    expect(policyOf(await server.inject('/docs')).get('style-src')).toBe("'self'");
  });

  it.each(['/graphql', '/docs'])('%s names files of this server alone, and each of them is there', async (url) => {
    const page = await server.inject({ url, headers: { accept: chrome } });
    const addresses = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);
    expect(addresses.length).toBeGreaterThan(2);
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=/);
    for (const address of addresses) {
      expect(address).toMatch(/^\/[^/]/);
      const file = await server.inject(address);
      expect([address, file.statusCode, file.headers['x-content-type-options']]).toEqual([address, 200, 'nosniff']);
      expect(file.body.length).toBeGreaterThan(100);
    }
  });
});

describe('the files of the explorer', () => {
  it('are cached for good under names that carry a hash, and come compressed', async () => {
    const page = await server.inject({ url: '/graphql', headers: { accept: chrome } });
    const script = /src="([^"]*)"/.exec(page.body)?.[1] ?? '';
    expect(script).toMatch(/^\/graphql\/explorer\/explorer-[A-Z0-9]{8}\.js$/);
    const plain = await server.inject(script);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const compressed = await server.inject({ url: script, headers: { 'accept-encoding': 'gzip' } });
    expect([compressed.headers['content-encoding'], compressed.headers.vary]).toEqual(['gzip', 'accept-encoding']);
    expect(compressed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
  });

  it('take the first query and the endpoint from the settings', async () => {
    const answer = await server.inject('/graphql/explorer/settings.json');
    expect(answer.json()).toEqual({ graphqlPath: '/graphql', defaultQuery });
    expect(answer.headers['cache-control']).toBe('no-cache');
  });

  it('are those of one folder and no others', async () => {
    for (const url of ['/graphql/explorer/nothing.js', '/graphql/explorer/..%2fmanifest.json', '/graphql/explorer/']) {
      const answer = await server.inject(url);
      expect([403, 404]).toContain(answer.statusCode);
    }
  });
});

describe('the REST pages', () => {
  it('serve each document at its own address', async () => {
    for (const { url, document } of documents) {
      const answer = await server.inject(url);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.json()).toEqual(document());
    }
  });

  it('offer the documents, keep no token and ask no validator', async () => {
    const script = (await server.inject('/docs/assets/start.js')).body;
    expect(script).toContain(
      '"urls":[{"name":"Platform","url":"/openapi/platform.json"},{"name":"v1 </script>","url":"/openapi/v1.json"}]',
    );
    expect(script).toContain('"persistAuthorization":false');
    expect(script).toContain('"validatorUrl":null');
  });

  it('lead to one document by its name', async () => {
    const answer = await server.inject('/docs/platform');
    expect([answer.statusCode, answer.headers.location]).toEqual([302, '/docs?urls.primaryName=Platform']);
    expect((await server.inject('/docs/')).headers.location).toBe('/docs');
  });

  it('hand out what they need of the interface and nothing else', async () => {
    expect((await server.inject('/docs/assets/swagger-ui.css')).statusCode).toBe(200);
    for (const file of ['index.html', 'swagger-ui.js', 'oauth2-redirect.html', '..%2fpackage.json']) {
      expect([403, 404]).toContain((await server.inject(`/docs/assets/${file}`)).statusCode);
    }
  });
});

function policyOf(answer: { headers: Record<string, unknown> }): Map<string, string> {
  const directives = String(answer.headers['content-security-policy']).split('; ');
  return new Map(directives.map((directive) => [directive.split(' ')[0] ?? '', directive.split(' ').slice(1).join(' ')]));
}
