/**
 * Prism as a validating proxy before one server: what `prism proxy` starts, without a log line for each request. What is not as a document
 * says, in a request or in its answer, is named in the answer's header `sl-violations`; else both pass as they are. Of two documents of
 * the same operations, named with a comma between them, the second's findings are in `sl-violations-behind`. The addresses are
 * printed as one line of JSON, in the order of the documents.
 *
 *     node proxy.mjs <server> <document>[,<document>]…
 */
import core from '@stoplight/prism-core';
import prism from '@stoplight/prism-http';
import forwarder from '@stoplight/prism-http/dist/forwarder/index.js';
import httpServer from '@stoplight/prism-http-server';

/** Forwards as Prism does, but for two headers of the answer, by which it would crash or lose what another Prism found. */
const forward =
  (...request) =>
  (logger) =>
  async () => {
    const outcome = await forwarder.default(...request)(logger)();
    if (outcome._tag === 'Left') return outcome;
    // RFC 9112 §6.5: the trailers are gone, for Prism reads the body whole, and Node takes no announcement of what doesn't come.
    const { trailer: _, 'sl-violations': behind, ...headers } = outcome.right.headers;
    return { ...outcome, right: { ...outcome.right, headers: behind ? { ...headers, 'sl-violations-behind': behind } : headers } };
  };

async function listen(server, document) {
  const operations = await prism.getHttpOperationsFromSpec(document);
  if (operations.length === 0) throw new Error(`${document} documents no operation.`);
  const proxy = httpServer.createServer(operations, {
    cors: false,
    config: {
      isProxy: true,
      upstream: new URL(server),
      upstreamProxy: undefined,
      checkSecurity: true,
      validateRequest: true,
      validateResponse: true,
      // With errors, Prism answers a wrong request itself, and what the server says to it would never be seen.
      errors: false,
      mock: { dynamic: false },
    },
    components: { logger: core.createLogger('prism', { level: 'silent' }), forward },
  });
  return proxy.listen(0, '127.0.0.1');
}

const [server, ...chains] = process.argv.slice(2);
const addresses = [];
for (const chain of chains) {
  let address = server;
  for (const document of chain.split(',').reverse()) address = await listen(address, document);
  addresses.push(address);
}
process.stdout.write(`${JSON.stringify(addresses)}\n`);
