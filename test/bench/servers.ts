import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Cores, onServerCore } from './cores.js';

/** A server in a process of its own. */
export interface Server {
  readonly port: number;
  readonly pid: number;
  /** What callers send as a bearer token. */
  readonly token: string;
  stop(): Promise<void>;
}

/** Where a server finds its database, may write, and runs. */
export interface ServerStart {
  readonly databaseUrl: string;
  /** Of a standby that the product reads from. */
  readonly readUrl?: string;
  readonly folder: string;
  readonly cores: Cores | undefined;
}

/** Milliseconds for a server to start: the first start makes the demo data. */
const startTimeout = 60_000;

/** Ends a process in order. */
export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('A server did not start.');
  return child.pid;
}

interface PeerOptions {
  /** What it takes for its caller. */
  readonly token?: string;
  /** Which Node.js runs it; this process's where absent. */
  readonly node?: string;
}

/** Starts a server of the bench, which says its port over IPC. @param file beside this one */
export async function startPeer(
  file: string,
  start: ServerStart,
  args: readonly string[],
  { token = 'none', node }: PeerOptions = {},
): Promise<Server> {
  const log = openSync(join(start.folder, 'peers.log'), 'a');
  const [command, all] = onServerCore(start.cores, [fileURLToPath(new URL(file, import.meta.url)), ...args], node);
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', DATABASE_URL: start.databaseUrl, DATA_DIR: start.folder };
  const child = spawn(command, all, { stdio: ['ignore', log, 'inherit', 'ipc'], env });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${file} ended.`)));
  ended.catch(() => {});
  // It says nothing else.
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
  return { port, pid: pidOf(child), token, stop: () => stopped(child) };
}

/** Starts the bare routes of `cases/`. */
export function startBareServer(start: ServerStart): Promise<Server> {
  return startPeer('./bareServer.js', start, [start.databaseUrl]);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It listens on TCP, so the address is no path of a pipe.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const email = 'bench@example.com';

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly logFile: string;
}

/** Starts the built product as its users run it, with its defaults, and does not wait. Its log goes to a file. */
export async function spawnProduct({ databaseUrl, readUrl, folder, cores }: ServerStart, password?: string): Promise<Started> {
  const port = await freePort();
  const logFile = join(folder, 'gateway.log');
  const log = openSync(logFile, 'a');
  const [command, args] = onServerCore(cores, [fileURLToPath(new URL('../../src/start.cjs', import.meta.url))]);
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      ...(readUrl && { DATABASE_READ_URL: readUrl }),
      DATA_DIR: folder,
      PORT: String(port),
      ADMIN_EMAIL: email,
      ...(password && { ADMIN_PASSWORD: password }),
      // A long run takes longer than a token usually holds.
      ACCESS_TOKEN_TTL: '86400',
      // Connections that each wait for their answer are no flood, however slow the case is that they ask for.
      MAX_WAIT: '60000',
    },
  });
  return { child, port, logFile };
}

/** Starts the product on an empty database and signs in as its first admin. */
export async function startProduct(start: ServerStart): Promise<Server> {
  const password = randomBytes(18).toString('base64url');
  const { child, port, logFile } = await spawnProduct(start, password);
  try {
    await untilReady(child, port, logFile);
    return { port, pid: pidOf(child), token: await signIn(port, password), stop: () => stopped(child) };
  } catch (error) {
    await stopped(child);
    throw error;
  }
}

/** Starts the product again on the same database. @param token of an earlier start */
export async function restartProduct(start: ServerStart, token: string): Promise<Server> {
  const { child, port } = await spawnProduct(start);
  return { port, pid: pidOf(child), token, stop: () => stopped(child) };
}

/** Starts one more gateway on a database that has the product, and waits until it serves. @param token of an earlier start */
export async function startSibling(start: ServerStart, token: string): Promise<Server> {
  const { child, port, logFile } = await spawnProduct(start);
  try {
    await untilReady(child, port, logFile);
    return { port, pid: pidOf(child), token, stop: () => stopped(child) };
  } catch (error) {
    await stopped(child);
    throw error;
  }
}

/** @throws Error with the log, where it does not come to serve */
export async function untilReady(child: ChildProcess, port: number, logFile: string): Promise<void> {
  const deadline = Date.now() + startTimeout;
  while (child.exitCode === null && Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`Tenantry did not start:\n${readFileSync(logFile, 'utf8')}`);
}

async function signIn(port: number, password: string): Promise<string> {
  const query = 'mutation Bench($input: LoginInput!) { login(input: $input) { accessToken } }';
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input: { email, password } } }),
  });
  // What the mutation above selects.
  const { data } = (await answer.json()) as { data?: { login: { accessToken: string } } | null };
  if (!data) throw new Error('The first admin could not sign in: the database of BENCH_DATABASE_URL must be empty.');
  return data.login.accessToken;
}
