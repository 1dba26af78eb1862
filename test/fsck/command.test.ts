import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded/embeddedPostgres.js';
import { migrate } from '../../src/db/migrator.js';
import { type Database, openDatabase } from '../../src/db/pool.js';
import { checks } from '../../src/fsck/checks.js';
import { firstStart } from '../../src/start/firstStart.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';

let folder: string;
let server: EmbeddedPostgres;
let database: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-fsck-'));
  // Root's server runs as another user, who must get through.
  chmodSync(folder, 0o711);
  server = await startEmbeddedPostgres({ dataDir: folder, settings: { fsync: 'off' } });
  const options = { poolSize: 2, acquireTimeout: 5_000, statementTimeout: 10_000, applicationName: 'tenantry tests' };
  database = openDatabase({ ...options, url: server.url });
  await migrate(database.db);
  await firstStart(database.db, { adminEmail, adminPassword });
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `npm run fsck`, but for the build, beside the running system. */
function fsck(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/fsck.ts', ...args], { env: { PATH: process.env.PATH, DATA_DIR: folder } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

describe('npm run fsck', () => {
  it('checks a system that runs, embedded database and all, and leaves it running', async () => {
    const { code, output } = await fsck();
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(`All ${checks.length} checks hold.`) });
    for (const { name } of checks) expect(output).toContain(`ok    ${name}\n`);
    await sql`select 1`.execute(database.db);
  }, 30_000);

  it('ends with 1, naming what does not hold and where', async () => {
    const key = `tky_${'k'.repeat(43)}`;
    const files = ['clean', 'leaky'].map((name) => join(folder, name));
    files.forEach((file, i) => {
      writeFileSync(file, `{"msg":"one"}\n{"msg":"GET /"${i ? `,"token":"${key}"` : ''}}\n`);
    });
    await sql`insert into partners (public_id, name, slug, partner_type) values (gen_random_uuid(), 'U', 'untold', 'reseller')`.execute(
      database.db,
    );
    const { code, output } = await fsck(...files.flatMap((file) => ['--file', file]));
    expect(code).toBe(1);
    expect(output).toContain('FAIL  The trail tells of the making of all partners\n      No entry tells of the making of ');
    expect(output).toContain(`ok    No secret stands in ${files[0]}\n`);
    expect(output).toContain(`FAIL  No secret stands in ${files[1]}\n      ${files[1]} has what looks like a secret, in line 2.\n`);
    expect(output).toContain(`2 of ${checks.length + 2} checks do not hold.`);
    expect(output).not.toContain(key);
  }, 30_000);

  it('says in one line what is wrong with its options', async () => {
    const { code, output } = await fsck('--fix');
    expect({ code, lines: output.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
  }, 30_000);
});
