import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded/embeddedPostgres.js';
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
  await baseBackup(primary, join(dataDir, 'postgres'));
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

/** What pg_basebackup does, which is not in the packages. PostgreSQL's documentation, 25.3.3. */
async function baseBackup(primary: OwnServer, folder: string): Promise<void> {
  const client = new pg.Client({ connectionString: primary.url() });
  await client.connect();
  try {
    mkdirSync(folder);
    await client.query(`select pg_backup_start('standby', true)`);
    const source = join(primary.dataDir, 'postgres');
    const { status, stderr } = spawnSync('cp', ['-a', join(source, 'cluster'), join(source, 'password'), folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The primary can't be copied: ${stderr}`);
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    const cluster = join(folder, 'cluster');
    rmSync(join(cluster, 'postmaster.pid'));
    const { username, password, port } = new URL(primary.url());
    const { mode, uid, gid } = statSync(join(cluster, 'PG_VERSION'));
    for (const [name, content] of [
      ['backup_label', rows[0]?.labelfile ?? ''],
      ['standby.signal', ''],
    ] as const) {
      writeFileSync(join(cluster, name), content, { mode });
      chownSync(join(cluster, name), uid, gid);
    }
    const conninfo = `host=127.0.0.1 port=${port} user=${username} password=${password}`;
    appendFileSync(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  } finally {
    await client.end();
  }
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
