import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { issueAccessToken } from '../../../src/access/accessTokens.js';
import { signingKeys } from '../../../src/access/signingKeys.js';
import { freePort, pidOf, stopped, untilReady } from '../servers.js';

/** The built product on a database that is migrated, without its worker. */
export interface Gateway {
  readonly url: string;
  readonly pid: number;
  /** A token of the first admin. */
  readonly token: string;
  stop(): Promise<void>;
}

const secret = randomBytes(32);
/** Seconds: longer than a run. */
const tokenTtl = 86_400;

function start(databaseUrl: string, folder: string, env: Readonly<Record<string, string>>): { child: ChildProcess; logFile: string } {
  const logFile = join(folder, 'product.log');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../../src/start.cjs', import.meta.url))], {
    stdio: ['ignore', log, log],
    env: {
      ...{ PATH: process.env.PATH, DATABASE_URL: databaseUrl, DATA_DIR: folder, DEMO_DATA: 'false', LOG_LEVEL: 'warn' },
      ...{ JWT_KEYS: `bench:${secret.toString('base64url')}`, ...env },
    },
  });
  return { child, logFile };
}

export async function startGateway(pool: pg.Pool, databaseUrl: string, folder: string): Promise<Gateway> {
  const port = await freePort();
  const { child, logFile } = start(databaseUrl, folder, { ROLE: 'gateway', PORT: String(port) });
  await untilReady(child, port, logFile);
  const { rows } = await pool.query<{ id: string }>('select public_id as id from users where has_platform_access order by id limit 1');
  const keys = signingKeys([{ kid: 'bench', secret }], 'tenantry', 'tenantry');
  const { token } = issueAccessToken(keys, { sub: rows[0]?.id ?? '' }, tokenTtl);
  return { url: `http://127.0.0.1:${port}`, pid: pidOf(child), token, stop: () => stopped(child) };
}

/** Starts a worker, and waits until it has taken up its work. @returns what stops it */
export async function startWorker(pool: pg.Pool, databaseUrl: string, folder: string): Promise<() => Promise<void>> {
  const { child, logFile } = start(databaseUrl, folder, { ROLE: 'worker' });
  while (child.exitCode === null) {
    const { rowCount } = await pool.query(`select from pg_stat_activity where application_name = 'tenantry worker'`);
    if (rowCount) break;
    await sleep(50);
  }
  if (child.exitCode !== null) throw new Error(`The worker ended: see ${logFile}.`);
  return () => stopped(child);
}
