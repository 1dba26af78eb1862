import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError, hasCode } from './error.js';

/** Whom the server runs as, where that is not who we are. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Where the server's files lie, and whose they are. */
export interface Place {
  /** Holds the cluster, its password and its log. */
  readonly folder: string;
  readonly binaries: string;
  readonly owner: Owner | undefined;
}

/** Where a root's server lives if the unprivileged user can't reach the data folder. */
const elsewhere = '/var/lib/tenantry';

/**
 * Decides where the server of a data folder lives, and makes the folder. PostgreSQL refuses to run as root: root runs it as
 * the unprivileged user `nobody`, from folders that this user can reach; where the data folder or the binaries can't be
 * reached, below /var/lib, and the data folder says where.
 * @throws EmbeddedPostgresError where a folder can't be written
 */
export function preparePlace(dataDir: string, binaries: Binaries): Place {
  const owner = process.getuid?.() === 0 ? serverOwner(dataDir) : undefined;
  try {
    makeFolder(resolve(dataDir));
    if (!owner) return { folder: ownFolder(dataDir), binaries: binaries.root, owner };
    // What lies in it is protected by its own modes: only the way through is opened.
    chmodSync(dataDir, statSync(dataDir).mode | 0o001);
    return { folder: folderFor(realpathSync(dataDir)), binaries: reachableBinaries(binaries), owner };
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST', 'ENOENT')) throw error;
    const why = error instanceof Error ? error.message : '';
    throw new EmbeddedPostgresError(`The data folder ${resolve(dataDir)} can't be written (${why}). Set DATA_DIR to a folder that can.`, {
      cause: error,
    });
  }
}

/** Folder by folder: Node's own recursion never ends below /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o755 });
}

function ownFolder(dataDir: string): string {
  const folder = join(realpathSync(dataDir), 'postgres');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Where a data folder says that its server lives elsewhere. */
const pointerIn = (dataDir: string) => join(dataDir, 'postgres.location');

function pointedAt(dataDir: string): string | undefined {
  const pointer = pointerIn(dataDir);
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : undefined;
}

/** The folder of a place that was prepared, which is left as it is. @throws Error where the data folder is not there, or can't be read */
export function preparedFolder(dataDir: string): string {
  return pointedAt(dataDir) ?? join(realpathSync(dataDir), 'postgres');
}

function folderFor(dataDir: string): string {
  const pointed = pointedAt(dataDir);
  const inside = join(dataDir, 'postgres');
  if (pointed === undefined && (existsSync(join(inside, 'cluster')) || isReachable(dataDir))) return rootsFolder(inside);
  // A new name each time: who removes the data folder wants a new database, and not what an earlier one left below /var/lib.
  const folder = pointed ?? join(elsewhere, randomBytes(8).toString('hex'));
  makeElsewhere();
  rootsFolder(folder);
  writeFileSync(pointerIn(dataDir), `${folder}\n`);
  return folder;
}

/** Root's, and passable: the server's user owns the cluster alone, and can't put a link where root writes. */
function rootsFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { uid } = statSync(folder);
  // One that a normal user made stays that user's.
  if (uid !== 0 && uid !== unprivileged().uid) return folder;
  chownSync(folder, 0, 0);
  chmodSync(folder, 0o711);
  return folder;
}

/** The binaries, or a copy of them that everyone can reach; made once, and put in place whole. */
function reachableBinaries({ root, version }: Binaries): string {
  if (isReachable(realpathSync(root))) return root;
  const copy = join(elsewhere, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const part = `${copy}.${process.pid}`;
  makeElsewhere();
  cpSync(root, part, { recursive: true, verbatimSymlinks: true });
  openToAll(part);
  try {
    renameSync(part, copy);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
  return copy;
}

/** Its mode is set apart: the process's umask takes bits from the one that mkdir is given. */
function makeElsewhere(): void {
  mkdirSync(elsewhere, { recursive: true });
  chmodSync(elsewhere, 0o711);
}

/** Lets everyone read a copy and run its programs: an install under a strict umask leaves that to its owner. */
function openToAll(path: string): void {
  const { mode } = lstatSync(path);
  if (lstatSync(path).isSymbolicLink()) return;
  chmodSync(path, mode | 0o444 | (mode & 0o100 ? 0o111 : 0));
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) openToAll(join(path, name));
}

/** Whose the cluster is that is there already, as where a normal user made it; else nobody. */
function serverOwner(dataDir: string): Owner {
  const cluster = join(dataDir, 'postgres', 'cluster');
  if (!existsSync(cluster)) return unprivileged();
  const { uid, gid } = statSync(cluster);
  return uid === 0 ? unprivileged() : { uid, gid };
}

/** Whether every folder on the way to a path, and the path itself, lets anyone through. */
function isReachable(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** The user `nobody`, by the system's own list where it has one. */
function unprivileged(): Owner {
  const entry = existsSync('/etc/passwd') ? /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) : null;
  const [, uid, gid] = entry ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}
