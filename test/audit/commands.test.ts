import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { auditSeal } from '../../src/audit/seal/seal.duty.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { anEntry, download } from './exports.js';

let folder: string;
let checkpoints: string;
let signingKeys: string;
let gateway: TestGateway;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-commands-'));
  checkpoints = join(folder, 'checkpoints');
  signingKeys = `seal1:${randomBytes(32).toString('base64url')}`;
  gateway = await testGateway({ AUDIT_SIGNING_KEYS: signingKeys, AUDIT_CHECKPOINT_FILE: checkpoints });
});
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The newest of the sources, in milliseconds. */
function newestSource(): number {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return Math.max(...files.map((name) => statSync(join('src', name)).mtimeMs));
}

/** What a script starts: the build where it is fresh, or else its source, which starts slower. */
function programOf(script: string): string[] {
  const [, name = ''] = /^exec node dist\/src\/(\w+)\.js$/.exec(scripts[script] ?? '') ?? [];
  const built = `dist/src/${name}.js`;
  return existsSync(built) && statSync(built).mtimeMs > newestSource() ? [built] : ['--import', 'tsx', `src/${name}.ts`];
}

/** Runs a script of package.json with its arguments. */
async function run(script: 'audit:verify' | 'audit:retain', env: Readonly<Record<string, string>>, ...args: string[]) {
  const child = spawn(process.execPath, [...programOf(script), ...args], {
    env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), ...env },
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const [code] = await once(child, 'close');
  return { code, output, errors };
}

const withDatabase = () => ({ DATABASE_URL: gateway.database.url, AUDIT_SIGNING_KEYS: signingKeys });
const verify = (...args: string[]) => run('audit:verify', withDatabase(), ...args);
const retain = (...args: string[]) => run('audit:retain', withDatabase(), ...args);

/** Does what only someone with every right over the database can do. */
async function tamper(...statements: string[]): Promise<void> {
  await gateway.database.db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    for (const statement of statements) await sql.raw(statement).execute(tx);
  });
}

async function sealed(displayId: string): Promise<string> {
  const id = await anEntry(gateway.database, { resourceDisplayId: displayId });
  await gateway.runDuty(auditSeal);
  return id;
}

async function exported(): Promise<string> {
  const path = '/api/v1/platform/audit/export?format=ndjson';
  return (await download(gateway, path, { token: gateway.adminToken })).body.toString('utf8');
}

describe('npm run audit:verify', () => {
  it('finds nothing where nothing was done, with and without the checkpoints that are kept outside', async () => {
    for (let i = 0; i < 3; i += 1) await sealed(`entry ${i}`);
    for (const args of [[], ['--checkpoints', checkpoints]]) {
      const { code, output, errors } = await verify(...args);
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(output).toMatch(/Verified \d+ entries in 3 batches; 0 were dropped by retention, 0 are not sealed yet\./);
      expect(output).toContain('All is as it was sealed.');
    }
  });

  it('verifies an export by checkpoints and a public key, with no database and no secret, and names what was done to it', async () => {
    const id = await sealed('to be forged');
    const text = await exported();
    const file = join(folder, 'export.ndjson');
    writeFileSync(file, text);
    const shown = await run('audit:verify', { AUDIT_SIGNING_KEYS: signingKeys }, '--show-keys');
    const publicKey = shown.output.trim();
    expect(publicKey).toMatch(/^seal1:[\w-]{43}$/);
    expect(signingKeys).not.toContain(publicKey.slice('seal1:'.length));

    const args = ['--export', file, '--checkpoints', checkpoints, '--public-key', publicKey];
    const whole = await run('audit:verify', {}, ...args);
    expect(whole).toMatchObject({ code: 0, errors: '' });
    expect(whole.output).toContain('of an export of the whole trail');
    // It has made no database and no key of its own.
    expect(existsSync(join(folder, 'data'))).toBe(false);

    writeFileSync(file, text.replace('to be forged', 'forged'));
    const forged = await run('audit:verify', {}, ...args);
    expect(forged.code).toBe(1);
    expect(forged.output).toContain(`changed: Entry ${id} was changed after it was sealed.`);
    expect(forged.output).toContain('seal: The export is not the one that its manifest tells of.');

    writeFileSync(file, text.slice(0, text.lastIndexOf('{"manifest"')));
    expect(await run('audit:verify', {}, ...args)).toMatchObject({ code: 1, errors: expect.stringContaining('no manifest') });
    const alone = await run('audit:verify', {}, '--export', file, '--public-key', publicKey);
    expect(alone).toMatchObject({ code: 1, errors: expect.stringContaining('--checkpoints') });
  });

  it('ends with 1 and names the entry that was changed, removed, slipped in or put elsewhere', async () => {
    const [changed, removed, before, moved, later] = [
      await sealed('changed'),
      await sealed('removed'),
      await sealed('before'),
      await sealed('moved'),
      await sealed('later'),
    ];
    await tamper(
      `update platform_audit_log set outcome = 'failed' where id = '${changed}'`,
      `delete from platform_audit_log where id = '${removed}'`,
      `insert into platform_audit_log (id, created_at, xid, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
        select '01890a5d-ac96-774b-bcce-b302099a8057', created_at, xid, 'forged', 'test', 'x', 'x', 'system', 'system'
        from platform_audit_log where id = '${before}'`,
      `update platform_audit_log set xid = (select xid from platform_audit_log where id = '${later}') where id = '${moved}'`,
    );
    const { code, output } = await verify();
    expect(code).toBe(1);
    expect(output).toContain(`changed: Entry ${changed} was changed after it was sealed.`);
    expect(output).toMatch(new RegExp(`removed: Entry ${removed} was sealed in batch \\d+ and is not there\\.`));
    expect(output).toContain('inserted: Entry 01890a5d-ac96-774b-bcce-b302099a8057 stands in batch');
    expect(output).toContain(`inserted: Entry ${moved} stands in batch`);
    expect(output).toMatch(/\d+ findings\./);
  });

  it('sees by the checkpoints outside that the end was cut off, seal and all', async () => {
    const other = await testGateway({ AUDIT_SIGNING_KEYS: signingKeys, AUDIT_CHECKPOINT_FILE: join(folder, 'others') });
    await anEntry(other.database);
    await other.runDuty(auditSeal);
    const last = await anEntry(other.database);
    await other.runDuty(auditSeal);
    await other.database.db.transaction().execute(async (tx) => {
      await sql`set local session_replication_role = replica`.execute(tx);
      for (const statement of ['delete from audit_published', 'delete from audit_batches where number = 2'])
        await sql.raw(statement).execute(tx);
      await sql`delete from platform_audit_log where id = ${last}`.execute(tx);
    });
    const env = { ...withDatabase(), DATABASE_URL: other.database.url };
    // What is cut off clean can't be seen from inside.
    expect(await run('audit:verify', env)).toMatchObject({ code: 0 });
    const { code, output } = await run('audit:verify', env, '--checkpoints', join(folder, 'others'));
    await other.close();
    expect(code).toBe(1);
    expect(output).toContain(`removed: Entry ${last} was sealed in batch 2 and is not there.`);
  });

  it('says in one line what it was given wrongly', async () => {
    const noExport = join(folder, 'none.ndjson');
    writeFileSync(noExport, 'no export\n');
    const asked = [
      ['--unknown'],
      ['--export', noExport, '--checkpoints', checkpoints],
      ['--export', join(folder, 'nowhere'), '--checkpoints', checkpoints],
      ['--export', noExport],
      ['--public-key', 'seal1:short', '--export', noExport, '--checkpoints', checkpoints],
    ];
    const answers = await Promise.all(asked.map((args) => run('audit:verify', { AUDIT_SIGNING_KEYS: signingKeys }, ...args)));
    for (const { code, errors } of answers) {
      expect(code).toBe(1);
      expect(errors.trim().split('\n')).toHaveLength(1);
    }
    expect((await verify('--help')).output).toContain('--checkpoints <file>');
  });
});

describe('npm run audit:retain', () => {
  let old: TestGateway;
  beforeAll(async () => {
    old = await testGateway({ AUDIT_SIGNING_KEYS: signingKeys });
    await sql`select make_audit_partitions('2020-01-01', '2020-02-01')`.execute(old.database.db);
    await sql`insert into platform_audit_log (id, created_at, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
      select gen_random_uuid(), month::timestamptz + i * interval '1 hour', 'test.old', 'test', 'x', 'x', 'system', 'system'
      from unnest(array['2020-01-15', '2020-02-15']) as month, generate_series(1, 5) i`.execute(old.database.db);
  });
  afterAll(() => old.close());
  const onOld = (...args: string[]) => run('audit:retain', { ...withDatabase(), DATABASE_URL: old.database.url }, ...args);

  it('says what it can do, and what it can’t', async () => {
    expect(await retain()).toMatchObject({ code: 0, output: expect.stringContaining('--before 2025-01') });
    for (const [month, why] of Object.entries({ '2020-13': 'no month', '2020-02': 'not sealed' })) {
      const { code, errors } = await onOld('--before', month);
      expect(code).toBe(1);
      expect(errors).toContain(why);
      expect(errors.trim().split('\n')).toHaveLength(1);
    }
  });

  it('holds, lists, releases and drops; what was dropped stays proved', async () => {
    await old.runDuty(auditSeal);
    const held = await onOld('--hold', '2020-01..2020-01', '--reason', 'Case 4711');
    expect(held.code).toBe(0);
    const [, hold = ''] = /Held: ([\w-]{36})/.exec(held.output) ?? [];
    expect((await onOld('--holds')).output).toContain(`${hold}  2020-01 to 2020-01  Case 4711`);
    expect(await onOld('--before', '2020-03')).toMatchObject({ code: 1, errors: expect.stringContaining('Case 4711') });
    expect(await onOld('--release', hold)).toMatchObject({ code: 0, output: expect.stringContaining('Released.') });
    const { code, output } = await onOld('--before', '2020-03');
    expect(code).toBe(0);
    expect(output).toContain('Dropped 2020-01: 5 entries.');
    expect(output).toContain('Dropped 2020-02: 5 entries.');
    expect((await onOld('--before', '2020-03')).output).toContain('There is nothing before 2020-03.');
    const verified = await run('audit:verify', { ...withDatabase(), DATABASE_URL: old.database.url });
    expect(verified).toMatchObject({ code: 0, output: expect.stringContaining('10 were dropped by retention') });
  });
});
