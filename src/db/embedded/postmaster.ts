import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Cluster } from './cluster.js';
import { roleName } from './cluster.js';
import { EmbeddedPostgresError, hasCode } from './error.js';
import type { Place } from './place.js';
import { isAlive, workingFolder } from './processIdentity.js';

/** Milliseconds. Recovery after a crash may take long; a server that is stopped in time ends sooner. */
const limits = { start: 120_000, fastStop: 15_000, immediateStop: 5_000 };
/** Bytes of the log beyond which it begins anew at a start. */
const maxLog = 10_000_000;

// Root writes where others may own the folder: a link that they put in a file's place is not followed. Windows has no such flag.
const noFollow = constants.O_NOFOLLOW ?? 0;

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Resolves with a line of its log when it ends, whoever ended it. */
  readonly ended: Promise<string>;
  /** Ends it: what runs is cut off, what was committed stays. Does nothing where it has ended. */
  stop(): Promise<void>;
}

/** The address of a database on the embedded server, with the password. */
export function addressOf(cluster: Cluster, port: number, database: string): string {
  return `postgres://${roleName}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

/** What passes by itself: a port that another took meanwhile, and processes of a killed server that are about to end. */
const passing = /could not create any TCP|pre-existing shared memory block/;

/**
 * Starts the server and waits until it takes connections.
 * @throws EmbeddedPostgresError with the server's own words where it ends instead
 */
export async function startPostmaster(place: Place, cluster: Cluster, settings: Readonly<Record<string, string>>): Promise<Postmaster> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(place, cluster, settings);
    } catch (error) {
      if (attempt === 25 || !(error instanceof EmbeddedPostgresError) || !passing.test(error.message)) throw error;
      await sleep(200);
    }
  }
}

async function startOnce(place: Place, cluster: Cluster, settings: Readonly<Record<string, string>>): Promise<Postmaster> {
  const port = settings.port === undefined ? await freePort() : Number(settings.port);
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    ...settings,
  };
  const logFile = join(place.folder, 'postgres.log');
  const child = spawnServer(place, cluster, all, logFile);
  const start = `[${child.pid}]`;
  const ended = new Promise<string>((resolve) => child.once('exit', () => resolve(lastLine(logFile, start))));
  const { pid } = child;
  if (pid === undefined) throw new EmbeddedPostgresError(`The embedded database can't be started: ${await spawnError(child)}`);
  child.unref();
  await untilReady(addressOf(cluster, port, 'postgres'), child, logFile, start);
  return { pid, port, ended, stop: () => stopServer(pid, () => child.exitCode !== null || child.signalCode !== null) };
}

function spawnServer(place: Place, cluster: Cluster, settings: Readonly<Record<string, string>>, logFile: string): ChildProcess {
  const log = openSync(logFile, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow, 0o600);
  if (fstatSync(log).size > maxLog) ftruncateSync(log);
  if (place.owner) fchownSync(log, place.owner.uid, place.owner.gid);
  const args = ['-D', cluster.folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  try {
    return spawn(join(place.binaries, 'bin', 'postgres'), args, {
      ...place.owner,
      cwd: place.folder,
      // A group of its own: Ctrl-C on the terminal is for us, who drain first.
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
  } finally {
    closeSync(log);
  }
}

function spawnError(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => child.once('error', (error) => resolve(error.message)));
}

async function untilReady(url: string, child: ChildProcess, logFile: string, start: string): Promise<void> {
  const deadline = Date.now() + limits.start;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new EmbeddedPostgresError(`The embedded database does not start: ${lastLine(logFile, start)}`);
    }
    try {
      if (await answers(url)) return;
    } catch (error) {
      if (child.pid !== undefined) await stopServer(child.pid, () => child.exitCode !== null);
      throw error;
    }
    await sleep(15);
  }
  if (child.pid !== undefined) await stopServer(child.pid, () => child.exitCode !== null);
  throw new EmbeddedPostgresError(`The embedded database is not ready after ${limits.start / 1_000} s; see ${logFile}.`);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if (hasCode(error, '28P01'))
      throw new EmbeddedPostgresError('The embedded database refuses the password that lies beside it in DATA_DIR.', { cause: error });
    return false;
  }
}

/** Fast, then immediate, then by force: PostgreSQL recovers from each. */
async function stopServer(pid: number, hasEnded: () => boolean): Promise<void> {
  for (const [signal, wait] of [
    ['SIGINT', limits.fastStop],
    ['SIGQUIT', limits.immediateStop],
    ['SIGKILL', limits.immediateStop],
  ] as const) {
    if (hasEnded() || !isAlive(pid)) return;
    process.kill(pid, signal);
    const deadline = Date.now() + wait;
    while (Date.now() < deadline) {
      if (hasEnded() || !isAlive(pid)) return;
      await sleep(10);
    }
  }
}

/**
 * Stops a server that an earlier process of ours left behind on this cluster, as after a SIGKILL. It is stopped and not
 * adopted: a child of ours tells when it ends, and runs with today's settings; stopping and starting take a tenth of a second.
 */
export async function stopOrphan(cluster: Cluster): Promise<void> {
  const file = join(cluster.folder, 'postmaster.pid');
  if (!existsSync(file)) return;
  const [pidLine, , , portLine] = readFileSync(file, 'utf8').split('\n');
  const pid = Number(pidLine);
  if (Number.isInteger(pid) && pid > 0 && isAlive(pid)) {
    // A server works in its cluster's folder. Asking the system also finds one that is recovering, stopping or full.
    const works = workingFolder(pid);
    const isOurs = works
      ? works === realpathSync(cluster.folder)
      : await serves(addressOf(cluster, Number(portLine), 'postgres'), cluster.folder);
    if (isOurs) await stopServer(pid, () => !existsSync(file));
    else if (works === undefined) return;
  }
  disown(file);
}

/**
 * Says that the process which a `postmaster.pid` names is no server. PostgreSQL would take it for one while anything has its
 * id, another program or a zombie, but never its own parent. The rest stays: by it processes are found that use the cluster's memory.
 */
function disown(file: string): void {
  if (!existsSync(file)) return;
  const content = readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid));
  const unlinked = openSync(file, constants.O_WRONLY | constants.O_TRUNC | noFollow);
  writeFileSync(unlinked, content);
  closeSync(unlinked);
}

/** Whether the server at an address is this cluster's: by its password, and by its own word. */
export async function serves(url: string, folder: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    await client.end();
    return rows[0]?.data_directory === folder;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** Of the postmaster whose lines carry this mark, where it said something: not of an earlier start. */
function lastLine(logFile: string, mark: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  return lines.findLast((line) => line.includes(mark) && /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
}
