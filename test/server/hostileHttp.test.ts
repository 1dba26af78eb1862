import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { Client } from './appUnderTest.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const port = () => Number(new URL(gateway.url).port);
const document = JSON.stringify({ query: '{ __typename }' });
/** What an attacker hides behind a body, for the next caller of the connection to be given. */
const smuggled = 'GET /api/v1/platform/me HTTP/1.1\r\nHost: localhost\r\nX-Smuggled: 1\r\n\r\n';

/** Sends bytes as they are. @returns what came back until the server hung up, or until as many answers as were asked for */
async function answersTo(bytes: string, answers = 1): Promise<string> {
  const client = await Client.to(port());
  client.socket.write(bytes);
  const enough = new Promise<void>((resolve) => {
    client.socket.on('data', () => {
      if (statuses(client.received).length >= answers) resolve();
    });
  });
  await Promise.race([enough, client.closed]);
  client.socket.destroy();
  return client.received;
}

/** Of each answer on a connection, in order. */
function statuses(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

const post = (headers: readonly string[], body: string) =>
  ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', ...headers, '', body].join('\r\n');
const chunked = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

describe('a request whose length can be read in two ways', () => {
  const length = `Content-Length: ${document.length}`;
  it.each([
    ['Content-Length before Transfer-Encoding', post([length, 'Transfer-Encoding: chunked'], chunked(document) + smuggled)],
    ['Transfer-Encoding before Content-Length', post(['Transfer-Encoding: chunked', 'Content-Length: 4'], chunked(document) + smuggled)],
    ['a chunk of none before the length is used up', post(['Content-Length: 200', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`)],
    ['two lengths', post([length, `Content-Length: ${document.length + smuggled.length}`], document + smuggled)],
    ['two lengths that are equal', post([length, length], document + smuggled)],
    ['a list of lengths', post([`Content-Length: ${document.length}, ${document.length}`], document + smuggled)],
    ['a length with a sign', post([`Content-Length: +${document.length}`], document + smuggled)],
    ['a length below none', post(['Content-Length: -1'], document + smuggled)],
    ['a length in hexadecimal', post([`Content-Length: 0x${document.length.toString(16)}`], document + smuggled)],
    ['a length beyond 64 bits', post(['Content-Length: 18446744073709551617'], document + smuggled)],
    ['a space before the colon', post([`Content-Length : ${document.length}`], document + smuggled)],
    ['a tab before the colon', post(['Transfer-Encoding\t: chunked', length], document + smuggled)],
    ['a folded header', post(['Transfer-Encoding:\r\n chunked', length], chunked(document) + smuggled)],
    ['another encoding behind chunked', post(['Transfer-Encoding: chunked, identity'], chunked(document) + smuggled)],
    ['an encoding that is none', post(['Transfer-Encoding: xchunked'], chunked(document) + smuggled)],
    ['chunked twice', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`)],
    ['a vertical tab in the encoding', post(['Transfer-Encoding: \u000bchunked'], chunked(document) + smuggled)],
    ['a chunk whose size is no number', post(['Transfer-Encoding: chunked'], `xyz\r\n${document}\r\n0\r\n\r\n${smuggled}`)],
    ['a chunk that is longer than its size', post(['Transfer-Encoding: chunked'], `2\r\n${document}\r\n0\r\n\r\n${smuggled}`)],
    ['a chunk size beyond 64 bits', post(['Transfer-Encoding: chunked'], `fffffffffffffffff\r\n${document}\r\n0\r\n\r\n${smuggled}`)],
    ['line feeds alone between headers', post(['X: y\nTransfer-Encoding: chunked', length], document + smuggled)],
    ['a carriage return alone in a header', post(['X: y\rTransfer-Encoding: chunked', length], document + smuggled)],
    ['a NUL in a header', post(['X: a\u0000b', length], document + smuggled)],
  ])('is refused, and nothing behind it is answered: %s', async (_what, bytes) => {
    // Two answers would be one too many.
    const received = await answersTo(bytes, 2);
    expect(statuses(received)).toEqual([400]);
    expect(received).toMatch(/^connection: close\r$/im);
  });

  it('is none where the lengths agree: both requests of a pipeline are answered', async () => {
    expect(statuses(await answersTo(post([length], document) + smuggled, 2))).toEqual([200, 401]);
    expect(statuses(await answersTo(post(['Transfer-Encoding: chunked'], chunked(document)) + smuggled, 2))).toEqual([200, 401]);
  });
});

describe('a request line', () => {
  it.each([
    ['of a method that is none', 'FETCH / HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['of another protocol', 'GET / ICE/1.0\r\nHost: localhost\r\n\r\n', 400],
    ['of a version that is none', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n', 400],
    ['with a NUL', 'GET /\u0000 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['with a header in it', 'GET /livez HTTP/1.1 X: y\r\nHost: localhost\r\n\r\n', 400],
    ['of 20,000 signs', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
    ['for a tunnel', 'CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n', undefined],
    ['of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['that leaves the folder', 'GET /docs/../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
    ['that leaves the folder, encoded', 'GET /docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
  ])('%s is refused', async (_what, bytes, status) => {
    const received = await answersTo(bytes);
    expect(statuses(received)).toEqual(status === undefined ? [] : [status]);
    expect(received).not.toContain('root:');
  });

  it('may not bring 5,000 headers', async () => {
    const headers = Array.from({ length: 5_000 }, (_, i) => `a${i}:`).join('\r\n');
    const [status] = statuses(await answersTo(`GET /livez HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`));
    expect([400, 431]).toContain(status);
  });
});

describe('a compressed body', () => {
  const encodings = ['gzip', 'deflate', 'br', 'identity, gzip'];
  const paths = ['POST /graphql', 'POST /graphql/stream', 'POST /api/v1/platform/partners', 'PATCH /v1/users/me/preferences'];
  it.each(encodings.flatMap((encoding) => paths.map((path) => [encoding, path] as const)))(
    'is not unpacked, however small it is: %s to %s',
    async (encoding, path) => {
      const [method, address] = path.split(' ');
      const response = await fetch(`${gateway.url}${address}`, {
        method,
        headers: { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json', 'content-encoding': encoding },
        // 10 MB of spaces in 10 kB.
        body: new Uint8Array(gzipSync(Buffer.alloc(10_000_000, ' '))),
      });
      // A REST surface says the same in its own words.
      const isGraphql = path.includes('/graphql');
      expect(response.status).toBe(isGraphql ? 400 : 422);
      expect(JSON.stringify(await response.json())).toMatch(isGraphql ? 'INVALID_JSON' : 'json_invalid');
    },
  );
});

describe('a client that takes its time', () => {
  /** Milliseconds: the server's own 10 s, and two looks at what is over it. */
  const patience = 15_000;

  it('over its headers is hung up on, and holds up nobody', async () => {
    const start = performance.now();
    const slow = await Promise.all(Array.from({ length: 50 }, () => Client.to(port())));
    for (const { socket } of slow) socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n');
    const drip = setInterval(() => {
      for (const { socket } of slow) socket.write('X: y\r\n');
    }, 1_000);
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(drip);
    expect(performance.now() - start).toBeLessThan(patience);
    for (const { received } of slow) expect(statuses(received)).toEqual([408]);
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
  });

  it('over a body that never ends is hung up on, however often it sends a byte, and holds up nobody', async () => {
    const start = performance.now();
    const lengths = ['Content-Length: 1000000', 'Transfer-Encoding: chunked'];
    const paths = ['POST /graphql', 'POST /graphql/stream', 'PATCH /v1/users/me/preferences'];
    const requests = paths.flatMap((path) => lengths.map((length) => ({ path, length })));
    const slow = await Promise.all(requests.map(() => Client.to(port())));
    for (const [i, { path, length }] of requests.entries()) {
      const headers = ['Host: localhost', 'Content-Type: application/json', `Authorization: Bearer ${gateway.adminToken}`, length];
      slow[i]?.socket.write(`${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    }
    const drip = setInterval(() => {
      for (const [i, { length }] of requests.entries()) slow[i]?.socket.write(length.startsWith('Content') ? ' ' : '1\r\n \r\n');
    }, 1_000);
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(drip);
    // The server's own 30 s, and two looks at what is over it.
    expect(performance.now() - start).toBeLessThan(35_000);
    for (const { received } of slow) expect(statuses(received)).toEqual([408]);
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
  });
});
