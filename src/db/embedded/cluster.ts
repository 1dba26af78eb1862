import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './error.js';
import type { Place } from './place.js';

/** The cluster's one role, and the database that the product uses. */
export const roleName = 'tenantry';

const run = promisify(execFile);

export interface Cluster {
  readonly folder: string;
  /** A secret. */
  readonly password: string;
  readonly isNew: boolean;
}

/** Where the cluster of a place and its password lie. */
const filesIn = (folder: string) => ({ folder: join(folder, 'cluster'), passwordFile: join(folder, 'password') });

/** The cluster that was made in the folder of a place, which is left as it is. @throws Error where its password can't be read */
export function clusterIn(folderOfPlace: string): Cluster {
  const { folder, passwordFile } = filesIn(folderOfPlace);
  return { folder, password: readFileSync(passwordFile, 'utf8').trim(), isNew: false };
}

/**
 * The cluster of a place, made where there is none. What a first start left half made is made anew.
 * @throws EmbeddedPostgresError where it belongs to another major version, or can't be made
 */
export async function prepareCluster(place: Place, major: string): Promise<Cluster> {
  const { folder, passwordFile } = filesIn(place.folder);
  if (existsSync(join(folder, 'PG_VERSION'))) {
    const its = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
    if (its !== major) {
      throw new EmbeddedPostgresError(
        `${folder} was made by PostgreSQL ${its}, and the embedded one is ${major}. Move it with pg_dump, or set another DATA_DIR.`,
      );
    }
    if (!existsSync(passwordFile))
      throw new EmbeddedPostgresError(`${passwordFile} is missing, without which the database beside it can't be opened.`);
    return clusterIn(place.folder);
  }
  const password = randomBytes(24).toString('base64url');
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (place.owner) chownSync(passwordFile, place.owner.uid, place.owner.gid);
  await initialize(place, folder, passwordFile);
  return { folder, password, isNew: true };
}

/** In another folder first, which is then renamed: a cluster is there whole or not at all. */
async function initialize(place: Place, folder: string, passwordFile: string): Promise<void> {
  // An initdb whose starter was killed may still be at work: it loses its folder, and never has ours.
  for (const name of readdirSync(place.folder)) {
    if (name.startsWith('cluster.part')) rmSync(join(place.folder, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
  const part = `${folder}.part-${randomBytes(4).toString('hex')}`;
  mkdirSync(part, { mode: 0o700 });
  if (place.owner) chownSync(part, place.owner.uid, place.owner.gid);
  const args = [
    ...['--pgdata', part, '--username', roleName, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    // The server's own locale: the order of texts does not depend on the machine.
    ...['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C', '--data-checksums'],
  ];
  try {
    await run(join(place.binaries, 'bin', 'initdb'), args, {
      ...place.owner,
      cwd: place.folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
  } catch (error) {
    rmSync(part, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    throw new EmbeddedPostgresError(`The embedded database can't be made in ${place.folder}: ${reasonOf(error)}`, { cause: error });
  }
  renameSync(part, folder);
}

/** What initdb said of its failure; or else how it ended. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it said nothing';
  const said = 'stderr' in error ? String(error.stderr).trim().split('\n') : [];
  return said.find((line) => /error|fatal/i.test(line)) ?? error.message.split('\n')[0] ?? 'it said nothing';
}
