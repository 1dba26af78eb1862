import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded/embeddedPostgres.js';
import { baseBackup } from '../support/baseBackup.js';
import { type DatabaseProxy, databaseProxy } from './databaseProxy.js';
import type { OwnServer } from './ownServer.js';

/** A streaming standby of a test's own server, at one address through all its starts. */
export interface OwnStandby {
  readonly url: string;
  /** Lets the standby fall behind: it receives what the primary writes, and shows none of it. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  /** Stops it at once, as a crash does. */
  crash(): Promise<void>;
  start(): Promise<void>;
  discard(): Promise<void>;
}

export async function ownStandby(primary: OwnServer): Promise<OwnStandby> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tenantry-standby-'));
  await baseBackup({ url: primary.url(), dataDir: primary.dataDir }, dataDir);
  let server: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir });
  const proxy: DatabaseProxy = await databaseProxy(server.url);
  return {
    url: proxy.url,
    pauseReplay: () => run(server.url, 'select pg_wal_replay_pause()'),
    resumeReplay: () => run(server.url, 'select pg_wal_replay_resume()'),
    async crash() {
      process.kill(server.pid, 'SIGQUIT');
      await server.stop();
    },
    async start() {
      server = await startEmbeddedPostgres({ dataDir });
      proxy.leadTo(Number(new URL(server.url).port));
    },
    async discard() {
      await proxy.close();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
