import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../src/db/migrator.js';
import { type GatewayProcess, gatewayProcess, tokenFor } from '../faults/gatewayProcess.js';
import { adminOf, someOrgs } from '../faults/platform.js';
import { type TestDatabase, testDatabase } from '../support/database.js';

const password = randomBytes(12).toString('hex');
/** The roles of a cluster are shared by all its databases: this test's has a name of its own. */
const gatewayRole = `tenantry_gateway_${randomBytes(4).toString('hex')}`;

/** The SQL of SECURITY.md, as it stands there but for the password and the name. */
const commands = [...readFileSync('SECURITY.md', 'utf8').matchAll(/```sql\n([\s\S]*?)```/g)].map(([, text = '']) =>
  text.replace('PASSWORD', password).replace('tenantry_gateway', gatewayRole),
);

let owner: TestDatabase;
let gateway: GatewayProcess;
let token: string;
let serving: pg.Client;
beforeAll(async () => {
  owner = await testDatabase();
  expect(commands).toHaveLength(2);
  const [makeServing = ''] = commands;
  // As the owner: what the roles may is granted at its end.
  await migrate(owner.db);
  const client = new pg.Client({ connectionString: owner.url });
  await client.connect();
  await client.query(makeServing);
  await client.end();
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
