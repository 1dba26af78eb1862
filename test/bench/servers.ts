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

/** Milliseconds for a server to start: the first start makes the demo data. */
const startTimeout = 30_000;

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('A server did not start.');
  return child.pid;
}

/** Starts the bare routes of `cases/`. */
export async function startBareServer(databaseUrl: string, cores: Cores | undefined): Promise<Server> {
  const [command, args] = onServerCore(cores, [fileURLToPath(new URL('./bareServer.js', import.meta.url)), databaseUrl]);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('The bare server ended.')));
  ended.catch(() => {});
  // bareServer.ts says nothing else.
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
  return { port, pid: pidOf(child), token: 'none', stop: () => stopped(child) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It listens on TCP, so the address is no path of a pipe.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const email = 'bench@example.com';

/**
 * Starts the built product as its users run it, with its defaults, and signs in as its first admin. Its log goes to a file.
 * @param folder where it may write
 */
export async function startProduct(databaseUrl: string, folder: string, cores: Cores | undefined): Promise<Server> {
  const port = await freePort();
  const password = randomBytes(18).toString('base64url');
  const logFile = join(folder, 'gateway.log');
  const log = openSync(logFile, 'a');
  const [command, args] = onServerCore(cores, [fileURLToPath(new URL('../../src/main.js', import.meta.url))]);
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      DATA_DIR: folder,
      PORT: String(port),
      ADMIN_EMAIL: email,
      ADMIN_PASSWORD: password,
      // A long run takes longer than a token usually holds.
      ACCESS_TOKEN_TTL: '86400',
    },
  });
  try {
    await untilReady(child, port, logFile);
    return { port, pid: pidOf(child), token: await signIn(port, password), stop: () => stopped(child) };
  } catch (error) {
    await stopped(child);
    throw error;
  }
}

async function untilReady(child: ChildProcess, port: number, logFile: string): Promise<void> {
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
