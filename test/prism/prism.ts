import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { restAt, type TestGateway } from '../support/gateway.js';

/** Prism in front of a server: a validating proxy for each surface, by what the server publishes and by the contract. */
export interface Prism {
  /** Calls the server through the proxy that knows the path's surface. */
  readonly rest: TestGateway['rest'];
  close(): Promise<void>;
}

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const documentsOf = (surface: string) =>
  `${fileOf(`../../schema/openapi/${surface}.json`)},${fileOf(`../contract/documents/${surface}.openapi.json`)}`;

/**
 * Starts Prism in front of a server, in a process of its own.
 * @throws Error with what Prism said, where it doesn't start
 */
export async function startPrism(server: string): Promise<Prism> {
  const child = spawn(process.execPath, [fileOf('proxy.mjs'), server, documentsOf('platform'), documentsOf('v1')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => {
    complaints += data.toString();
  });
  const ended = once(child, 'close');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => [''])]);
  if (line === '') throw new Error(`Prism did not start: ${complaints}`);
  const [platform, v1]: string[] = JSON.parse(line);
  if (!platform || !v1) throw new Error(`Prism listens at ${line} only.`);
  const proxied = restAt((path) => (path.startsWith('/v1/') ? v1 : platform));
  const direct = restAt(() => server);
  return {
    rest: (method, path, call = {}) => (isReadable(call.body) ? proxied : direct)(method, path, call),
    async close() {
      child.kill();
      await ended;
      if (complaints !== '') throw new Error(`Prism said: ${complaints}`);
    },
  };
}

/** Prism parses bodies, and answers one that is no JSON with an error of its own: such a one goes to the server itself. */
function isReadable(body: unknown): boolean {
  if (typeof body !== 'string') return true;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** Prism in front of a server where `npm run test:prism` asks for it; undefined in any other run. */
export async function prismIfAsked(server: string): Promise<Prism | undefined> {
  return process.env.PRISM_REPORT ? startPrism(server) : undefined;
}
