import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterIn, roleName } from './cluster.js';
import { hasCode } from './error.js';
import { preparedFolder } from './place.js';
import { addressOf, serves } from './postmaster.js';

/**
 * Finds the server that another process runs on the cluster of a data folder, and leaves it as it is.
 * @returns its address, which is a secret; undefined where none runs there, or this user may not ask it
 */
export async function addressOfRunning(dataDir: string): Promise<string | undefined> {
  try {
    const cluster = clusterIn(preparedFolder(dataDir));
    const [, , , port] = readFileSync(join(cluster.folder, 'postmaster.pid'), 'utf8').split('\n');
    const isThere = await serves(addressOf(cluster, Number(port), 'postgres'), cluster.folder);
    return isThere ? addressOf(cluster, Number(port), roleName) : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return undefined;
    throw error;
  }
}
