import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify';
import { explorerPage } from './explorerPage.js';
import { icon } from './icon.js';
import { readManifest } from './manifest.js';
import { assetHeaders, pageHeaders } from './pagePolicy.js';
import { wantsExplorer } from './wantsExplorer.js';

export interface ExplorerOptions {
  /** The folder that `tools/bundleExplorer.ts` wrote. */
  readonly assetsDir: string;
  /** The address of the GraphQL endpoint, which is the page's as well, such as `/graphql`. */
  readonly graphqlPath: string;
  /** What a new tab starts with. */
  readonly defaultQuery: string;
}

/** The page, or undefined where nobody has built it. */
type Page = string | undefined;
const pageDecorator = 'explorerPage';

/**
 * Serves the files of the GraphQL explorer under `<graphqlPath>/explorer/`, and leads a browser there from the bare address. The page itself has the endpoint's own address, so its route
 * hands over with `wantsExplorer` and `sendExplorer`. Files whose names carry a hash are cached for good; the settings are asked for anew.
 *
 * Where the bundle is missing, the rest of the server works, and the page says how to build it.
 */
export const explorer: FastifyPluginAsync<ExplorerOptions> = async (server, { assetsDir, graphqlPath, defaultQuery }) => {
  const manifest = await readManifest(assetsDir);
  const assetsPath = `${graphqlPath}/explorer`;
  const page: Page = manifest && explorerPage(assetsPath, manifest);
  server.decorate(pageDecorator, page);
  // Whoever opens the bare address in a browser is looking for a page; a program has mistaken the address.
  server.get('/', async (request, reply) => {
    if (!wantsExplorer(request)) return reply.callNotFound();
    return reply.header('vary', 'accept').redirect(graphqlPath);
  });
  if (!manifest) return;

  await server.register(async (scope) => {
    await scope.register(fastifyStatic, {
      root: join(assetsDir, 'assets'),
      prefix: `${assetsPath}/`,
      decorateReply: false,
      index: false,
      preCompressed: true,
      immutable: true,
      maxAge: '365d',
      setHeaders: (response) => {
        for (const [name, value] of Object.entries(assetHeaders)) response.setHeader(name, value);
        response.setHeader('vary', 'accept-encoding');
      },
    });
  });

  server.get(`${assetsPath}/favicon.svg`, async (_request, reply) =>
    reply
      .headers({ ...assetHeaders, 'cache-control': 'max-age=86400' })
      .type('image/svg+xml')
      .send(icon),
  );

  server.get(`${assetsPath}/settings.json`, async (_request, reply) => {
    reply.headers({ ...assetHeaders, 'cache-control': 'no-cache' });
    return { graphqlPath, defaultQuery };
  });
};

// The endpoint's route lies outside of this plugin and must see what it decorates: Fastify's sign for a plugin without a scope of its own.
Object.assign(explorer, { [Symbol.for('skip-override')]: true });

/** Says whether the plugin `explorer` is registered on this server or on one above it. */
export function servesExplorer(server: FastifyInstance): boolean {
  return server.hasDecorator(pageDecorator);
}

/**
 * Answers with the explorer's page.
 *
 * @throws Fastify's FST_ERR_DEC_UNDECLARED where the plugin `explorer` isn't registered on the reply's server or on one above it
 */
export function sendExplorer(reply: FastifyReply): FastifyReply {
  const page = reply.server.getDecorator<Page>(pageDecorator);
  reply.headers(headers).header('vary', 'accept');
  if (page === undefined) return reply.code(503).type('text/plain; charset=utf-8').send('The explorer is not built. Run: npm run build\n');
  return reply.type('text/html; charset=utf-8').send(page);
}

const headers = pageHeaders({
  // The editor writes its theme and each token's colour into style elements as it goes.
  inlineStyles: true,
  // The editor draws the waves under a mistake as `data:` images, in the colours of the theme.
  dataImages: true,
  workers: true,
});
