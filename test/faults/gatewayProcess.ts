import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueAccessToken } from '../../src/access/accessTokens.js';
import { signingKeys } from '../../src/access/signingKeys.js';
import { fromSources, program } from '../support/program.js';
import { sealEnv } from './sealEnv.js';

const secret = randomBytes(32);
const keys = signingKeys([{ kid: 'faults', secret }], 'tenantry', 'tenantry');

/** An access token that every gateway of these tests takes. @param ttl seconds */
export function tokenFor(userId: string, ttl = 3_600): string {
  return issueAccessToken(keys, { sub: userId }, ttl).token;
}

/** A gateway with its worker in a process of its own, which can be killed and started again at the same address. */
export interface GatewayProcess {
  readonly url: string;
  readonly port: number;
  /** Whether the process runs. */
  readonly isAlive: () => boolean;
  /** How it ended and what it printed last, where it does not run. */
  readonly lastWords: () => string | undefined;
  /** All that it has printed, of all its starts. */
  readonly output: () => string;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  /** Resolves with the exit code when the process is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Milliseconds from now until it says that it can serve. */
  untilReady(): Promise<number>;
  /** Kills what still runs, and removes its files. */
  discard(): Promise<void>;
}

/** @param preload modules of the tests that change the program before it starts: it then runs from its sources, as they do */
export async function gatewayProcess(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
  preload: readonly string[] = [],
): Promise<GatewayProcess> {
  const args = preload.length > 0 ? fromSources(preload) : program;
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-faults-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let output = '';
  const isAlive = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  async function untilReady(): Promise<number> {
    const start = performance.now();
    while (!(await isReady(url))) {
      if (!isAlive()) throw new Error(`The gateway ended: ${output.slice(-2_000)}`);
      await sleep(20);
    }
    return performance.now() - start;
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (!child || !isAlive()) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  return {
    url,
    port,
    isAlive,
    lastWords: () => (isAlive() ? undefined : `It ended with ${child?.signalCode ?? child?.exitCode}: ${output.slice(-2_000)}`),
    output: () => output,
    untilReady,
    end,
    async start() {
      child = spawn(process.execPath, args, {
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: databaseUrl,
          DATA_DIR: folder,
          DEMO_DATA: 'false',
          HOST: '127.0.0.1',
          PORT: String(port),
          JWT_KEYS: `faults:${secret.toString('base64url')}`,
          LOG_LEVEL: 'warn',
          ...sealEnv,
          ...env,
        },
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (data: Buffer) => {
          output += data.toString();
        });
      }
      await untilReady();
    },
    async discard() {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
