import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../src/db/migrator.js';
import { type GatewayProcess, gatewayProcess, tokenFor } from '../faults/gatewayProcess.js';
import { adminOf, someOrgs } from '../faults/platform.js';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { isBuilt } from '../support/program.js';

const password = randomBytes(12).toString('hex');
/** The roles of a cluster are shared by all its databases: this test's has a name of its own. */
const gatewayRole = `tenantry_gateway_${randomBytes(4).toString('hex')}`;

/** Every command of SECURITY.md, as it stands there but for the password and the name. */
const commands = [...readFileSync('SECURITY.md', 'utf8').matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language, text = '']) => ({
  language,
  // In a list they are indented, which neither a shell nor SQL minds.
  text: text.replace('PASSWORD', password).replace('tenantry_gateway', gatewayRole),
}));
const [migrating, makeServing, letAnalystsIn] = commands.map(({ text }) => text);

/** Runs SQL of the document as the owner. */
async function asOwner(text = ''): Promise<void> {
  const client = new pg.Client({ connectionString: owner.url });
  await client.connect();
  await client.query(text);
  await client.end();
}

/** Runs a command of the document; what is not built starts from its source. */
async function shell(text: string, env: Readonly<Record<string, string>>): Promise<{ code: number; output: string }> {
  const command = isBuilt() ? text : text.replace('npm run migrate', 'node --import tsx src/migrate.ts');
  const child = spawn('sh', ['-c', command], { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

let owner: TestDatabase;
let gateway: GatewayProcess;
let token: string;
let serving: pg.Client;
beforeAll(async () => {
  owner = await testDatabase();
  expect(commands.map(({ language }) => language)).toEqual(['sh', 'sql', 'sql']);
  // As the owner: what the roles may is granted at its end.
  await migrate(owner.db);
  await asOwner(makeServing);
  const url = new URL(owner.url);
  url.username = gatewayRole;
  url.password = password;
  gateway = await gatewayProcess(url.href);
  await gateway.start();
  token = tokenFor(await adminOf(owner));
  serving = new pg.Client({ connectionString: url.href });
  await serving.connect();
}, 120_000);
afterAll(async () => {
  await serving.end();
  await gateway.discard();
  const client = new pg.Client({ connectionString: owner.url });
  await client.connect();
  await client.query(`drop owned by ${gatewayRole} cascade`);
  const { rows } = await client.query<{ role: string }>(
    `select r.rolname as role from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles g on g.oid = m.member
      where g.rolname = $1 and r.rolname like 't\\_%'`,
    [gatewayRole],
  );
  for (const { role } of rows) await client.query(`drop role if exists "${role}"`);
  await client.query(`drop role ${gatewayRole}`);
  await client.end();
  await owner.drop();
});

describe('The migrating role', () => {
  it('makes the tables by the command of SECURITY.md, as no superuser', async () => {
    const role = `tenantry_owner_${randomBytes(4).toString('hex')}`;
    const empty = await testDatabase('empty');
    const name = new URL(empty.url).pathname.slice(1);
    await asOwner(`create role ${role} login createrole password '${password}'; alter database ${name} owner to ${role}`);
    try {
      const url = new URL(empty.url);
      url.username = role;
      url.password = password;
      const { code, output } = await shell(migrating ?? '', { OWNER_URL: url.href });
      expect({ code, output }).toEqual({ code: 0, output: expect.any(String) });
      expect(await migrate(empty.db)).toEqual([]);
    } finally {
      await empty.drop();
      await asOwner(`drop role ${role}`);
    }
  });
});

describe('An analyst, let in as SECURITY.md says', () => {
  let analyst: pg.Client;
  beforeAll(async () => {
    await asOwner(letAnalystsIn);
    const url = new URL(owner.url);
    url.username = 'tenantry_analyst';
    url.password = password;
    analyst = new pg.Client({ connectionString: url.href });
    await analyst.connect();
  });
  afterAll(async () => {
    await analyst.end();
    await asOwner('alter role tenantry_analyst password null');
  });

  it('reads every view of the schema analytics', async () => {
    const { rows } = await analyst.query<{ view: string }>(
      "select table_name as view from information_schema.views where table_schema = 'analytics'",
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { view } of rows) await analyst.query(`select * from analytics.${view} limit 1`);
  });

  it('reads nothing else, and can’t write', async () => {
    const { rows } = await analyst.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.table_privileges
        where grantee in (current_user, 'PUBLIC') and table_schema not in ('analytics', 'information_schema', 'pg_catalog')`,
    );
    expect(rows).toEqual([]);
    await expect(analyst.query('select * from public.users')).rejects.toThrow('permission denied');
    await analyst.query('set default_transaction_read_only = off');
    await expect(analyst.query('create table public.mine ()')).rejects.toThrow('permission denied');
    await expect(analyst.query("update public.platform_audit_log set action = 'nothing'")).rejects.toThrow('permission denied');
  });
});

describe('The serving role, made as SECURITY.md says', () => {
  it('serves: a change through HTTP is recorded, and an org gets its schema', async () => {
    const [org = ''] = await someOrgs(gateway.url, token, 1, 'least-privilege');
    const found = await fetch(`${gateway.url}/api/v1/platform/orgs/${org}`, { headers: { authorization: `Bearer ${token}` } });
    expect(found.status).toBe(200);
    const { rows } = await serving.query<{ action: string }>('select action from platform_audit_log where resource_id = $1', [org]);
    expect(rows).toEqual([{ action: 'org.create' }]);
  });

  it.each([
    "update platform_audit_log set action = 'nothing'",
    'delete from platform_audit_log',
    'truncate platform_audit_log',
    'alter table platform_audit_log disable trigger all',
    'alter table platform_audit_log owner to current_user',
    'drop table platform_audit_log',
    'delete from audit_batches',
  ])('can’t: %s', async (statement) => {
    await expect(serving.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('is no superuser, and can’t become the owner', async () => {
    const { rows } = await serving.query<{ super: boolean; owner: string }>(
      "select rolsuper as super, (select tableowner from pg_tables where tablename = 'platform_audit_log') as owner from pg_roles where rolname = current_user",
    );
    expect(rows[0]?.super).toBe(false);
    await expect(serving.query(`set role "${rows[0]?.owner}"`)).rejects.toThrow('permission denied');
    await expect(serving.query(`grant "${rows[0]?.owner}" to current_user`)).rejects.toThrow(/permission denied|must/);
  });
});
