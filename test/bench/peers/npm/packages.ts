import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What the peers of others are made of. PostGraphile 5 needs a newer Node.js than the product, which the package `node` brings. */
const packages = { fastify: '5.12.8', graphql: '16.15.0', mercurius: '16.10.1', node: '22.23.3', pg: '8.23.1', postgraphile: '5.1.5' };

/** Kept from one run to the next, and gone with the next `npm ci`. */
const folder = fileURLToPath(new URL('../../../../../node_modules/.cache/tenantry-bench', import.meta.url));

/**
 * Installs the peers with npm: they are no part of the project's own packages, since a bench is all that they are for.
 * @returns the folder that they are in, and the Node.js that runs PostGraphile
 * @throws Error where npm fails
 */
export async function installPeers(): Promise<{ readonly folder: string; readonly newerNode: string }> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
  const npm = spawn('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(npm, 'exit');
  const newerNode = join(folder, 'node_modules/node/bin/node');
  if (code !== 0 || !existsSync(newerNode)) throw new Error('npm could not install the peers.');
  return { folder, newerNode };
}

/** A module of a package in the folder of the peers. Whoever asks knows what it exports. */
export function moduleIn(inFolder: string, name: string): Promise<unknown> {
  return import(pathToFileURL(createRequire(join(inFolder, 'package.json')).resolve(name)).href);
}
