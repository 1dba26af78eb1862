import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** An embedded server that runs. */
export interface Primary {
  readonly url: string;
  readonly dataDir: string;
}

/**
 * Copies a running server so that an embedded one that is started in the folder is its streaming standby: what pg_basebackup does, which
 * is not in the packages. PostgreSQL's documentation, 25.3.3.
 * @param dataDir an empty folder
 */
export async function baseBackup(primary: Primary, dataDir: string): Promise<void> {
  const folder = join(dataDir, 'postgres');
  const client = new pg.Client({ connectionString: primary.url });
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
    const { username, password, port } = new URL(primary.url);
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
