import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { roleName } from './cluster.js';
import { hasCode } from './error.js';
import { addressOf, serves } from './postmaster.js';

/**
 * Finds the server that another process runs on the cluster of a data folder, and leaves it as it is.
 * @returns its address, which is a secret; undefined where none runs there, or this user may not ask it
 */
export async function addressOfRunning(dataDir: string): Promise<string | undefined> {
  try {
    const pointer = join(dataDir, 'postgres.location');
    const place = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(realpathSync(dataDir), 'postgres');
    const folder = join(place, 'cluster');
    const [, , , port] = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
    const cluster = { folder, password: readFileSync(join(place, 'password'), 'utf8').trim(), isNew: false };
    const isThere = await serves(addressOf(cluster, Number(port), 'postgres'), folder);
    return isThere ? addressOf(cluster, Number(port), roleName) : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return undefined;
    throw error;
  }
}
