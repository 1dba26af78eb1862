import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { EmbeddedPostgresError, startEmbeddedPostgres } from '../../src/db/embedded/embeddedPostgres.js';
import { isAlive } from '../../src/db/embedded/processIdentity.js';

let dataDir: string;
beforeEach(() => {
  const parent = mkdtempSync(join(tmpdir(), 'tenantry-embedded-'));
  // As root, a folder that only root may pass would put the database below /var/lib, where nothing removes it.
  chmodSync(parent, 0o711);
  dataDir = join(parent, 'data');
});
afterEach(() => rmSync(join(dataDir, '..'), { recursive: true, force: true }));

const settings = { fsync: 'off' };

async function ask<T extends pg.QueryResultRow>(url: string, statement: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<T>(statement);
  await client.end();
  return rows;
}

/** Waits until a process that has let go of the folder is gone. */
async function ends(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(10);
}

describe('the embedded database', () => {
  it('keeps what it holds from one start to the next, and leaves no process behind', async () => {
    const first = await startEmbeddedPostgres({ dataDir, settings });
    await ask(first.url, 'create table kept (what text)');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await startEmbeddedPostgres({ dataDir, settings });
    expect(await ask(second.url, 'select * from kept')).toEqual([]);
    await Promise.all([second.stop(), second.stop()]);
    expect(isAlive(second.pid)).toBe(false);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });

  it('listens on loopback alone, and asks for its password', async () => {
    const server = await startEmbeddedPostgres({ dataDir, settings });
    try {
      expect(await ask(server.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
      const open = new URL(server.url);
      open.password = 'guessed';
      await expect(ask(open.href, 'select')).rejects.toThrow(/password authentication failed/);
    } finally {
      await server.stop();
    }
  });

  it('is refused to a second owner, who is told which process has it', async () => {
    const server = await startEmbeddedPostgres({ dataDir, settings });
    try {
      await expect(startEmbeddedPostgres({ dataDir, settings })).rejects.toThrow(new RegExp(`used by the running process ${process.pid}`));
      expect(await ask(server.url, 'select 1 as alive')).toEqual([{ alive: 1 }]);
    } finally {
      await server.stop();
    }
  });

  it('starts again after its owner was killed, stopping what was left', async () => {
    const owner = spawn(process.execPath, ['--import', 'tsx', '-e', ownerProgram(dataDir)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const orphan = await new Promise<number>((resolve) => owner.stdout.once('data', (data: Buffer) => resolve(Number(data.toString()))));
    const killed = new Promise((resolve) => owner.once('exit', resolve));
    owner.kill('SIGKILL');
    await killed;
    expect(isAlive(orphan)).toBe(true);
    const server = await startEmbeddedPostgres({ dataDir, settings });
    await ends(orphan);
    expect(await ask(server.url, 'select * from written')).toEqual([{ n: 1 }]);
    await server.stop();
  });

  it('tells when it ends by itself', async () => {
    let told: (error: Error) => void = () => {};
    const ended = new Promise<Error>((resolve) => {
      told = resolve;
    });
    const server = await startEmbeddedPostgres({ dataDir, settings, onExit: told });
    process.kill(server.pid, 'SIGQUIT');
    expect(await ended).toBeInstanceOf(EmbeddedPostgresError);
    await server.stop();
  });

  it('says in one line that the folder cannot be written, or was made by another version', async () => {
    writeFileSync(join(dataDir, '..', 'file'), '');
    const refusal = startEmbeddedPostgres({ dataDir: join(dataDir, '..', 'file', 'data'), settings });
    await expect(refusal).rejects.toThrow(/^The data folder .* can't be written .*Set DATA_DIR[^\n]*$/);
    const server = await startEmbeddedPostgres({ dataDir, settings });
    const [{ data_directory: cluster } = { data_directory: '' }] = await ask<{ data_directory: string }>(server.url, 'show data_directory');
    await server.stop();
    writeFileSync(join(cluster, 'PG_VERSION'), '14\n');
    await expect(startEmbeddedPostgres({ dataDir, settings })).rejects.toThrow(/was made by PostgreSQL 14/);
  });
});

/** A process that starts the database, writes a row, says the server's process id, and waits to be killed. */
function ownerProgram(folder: string): string {
  return `
    import pg from 'pg';
    import { startEmbeddedPostgres } from './src/db/embedded/embeddedPostgres.ts';
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(folder)} });
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query('create table written as select 1 as n');
    process.stdout.write(String(server.pid));
    setInterval(() => {}, 1000);
  `;
}
