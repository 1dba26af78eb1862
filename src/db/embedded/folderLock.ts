import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, hasCode } from './error.js';
import { isAlive, processScope, processStart } from './processIdentity.js';

const heartbeat = 1_000;

interface Owner {
  readonly pid: number;
  /** See `processStart`. */
  readonly started?: string;
  /** See `processScope`. */
  readonly scope: string;
  /** Tells this lock from every other. */
  readonly token: string;
}

/** Gives the folder free. */
export type Release = () => Promise<void>;

/**
 * Takes a folder for this process, by a file that names it. What a process leaves that was killed counts for nothing.
 * The owner touches the file every second, so that a process in another container, which can't see the owner, sees that it lives.
 * @throws EmbeddedPostgresError naming the process that has the folder
 */
export async function lockFolder(dataDir: string): Promise<Release> {
  const file = join(dataDir, 'lock');
  const own: Owner = {
    pid: process.pid,
    started: processStart(process.pid),
    scope: processScope(),
    token: randomBytes(12).toString('hex'),
  };
  for (;;) {
    if (await create(file, own)) break;
    const other = await ownerIn(file);
    if (other && (await isHeld(file, other))) throw inUse(dataDir, other);
    await removeStale(file, other);
  }
  const beat = setInterval(() => {
    const now = new Date();
    // The file is only a sign of life here: whether it is still ours is checked where it matters.
    utimes(file, now, now).catch(() => {});
  }, heartbeat);
  beat.unref();
  return async () => {
    clearInterval(beat);
    if ((await ownerIn(file))?.token === own.token) await rm(file, { force: true });
  };
}

function inUse(dataDir: string, { pid }: Owner): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The data folder ${resolve(dataDir)} is used by the running process ${pid}. Stop it, or set another DATA_DIR.`,
  );
}

async function create(file: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(owner), { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Undefined where there is no lock, or one whose writer was killed before it had written its name. */
async function ownerIn(file: string): Promise<Owner | undefined> {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      const owner: unknown = JSON.parse(await readFile(file, 'utf8'));
      return isOwner(owner) ? owner : undefined;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      if (!(error instanceof SyntaxError)) throw error;
      await sleep(20);
    }
  }
  return undefined;
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  return 'pid' in value && typeof value.pid === 'number' && 'scope' in value && 'token' in value && typeof value.token === 'string';
}

async function isHeld(file: string, owner: Owner): Promise<boolean> {
  if (owner.scope !== processScope()) return isBeating(file);
  if (!isAlive(owner.pid)) return false;
  const started = processStart(owner.pid);
  return started && owner.started ? started === owner.started : isBeating(file);
}

async function isBeating(file: string): Promise<boolean> {
  const touched = await touchedAt(file);
  if (touched === undefined || Math.abs(Date.now() - touched) > 10 * heartbeat) return false;
  await sleep(3 * heartbeat);
  const later = await touchedAt(file);
  return later !== undefined && later !== touched;
}

async function touchedAt(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch {
    return undefined;
  }
}

/** Removes the lock that was judged; one that another process took in the meantime is put back. */
async function removeStale(file: string, judged: Owner | undefined): Promise<void> {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = await ownerIn(aside);
  if (moved?.token === judged?.token) await rm(aside, { force: true });
  else await rename(aside, file);
}
