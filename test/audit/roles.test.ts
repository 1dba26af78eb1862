import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { auditPartitions } from '../../src/audit/retention/partitions.duty.js';
import { migrate } from '../../src/db/migrator.js';
import { type Database, openDatabase } from '../../src/db/pool.js';
import { aUser } from '../support/builders.js';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { anEntry } from './exports.js';

const user = `tenantry_test_user_${randomBytes(4).toString('hex')}`;
const password = randomBytes(12).toString('hex');

let owner: TestDatabase;
let app: Database;
let gateway: TestGateway;
beforeAll(async () => {
  owner = await testDatabase();
  await sql.raw(`create role ${user} login password '${password}' in role tenantry_app`).execute(owner.db);
  await anEntry(owner);
  const url = new URL(owner.url);
  url.username = user;
  url.password = password;
  app = openDatabase({ url: url.href, poolSize: 4, acquireTimeout: 5_000, statementTimeout: 5_000, applicationName: 'tenantry tests' });
  gateway = await testGateway({}, { ...owner, ...app, url: url.href });
});
afterAll(async () => {
  await gateway.close();
  await app.close();
  await sql.raw(`drop owned by ${user}; drop role ${user}`).execute(owner.db);
  await owner.drop();
});

describe('a database user who is a member of tenantry_app', () => {
  it('serves: it starts, changes and records, and makes partitions ahead', async () => {
    const who = await sql<{ name: string }>`select current_user as name`.execute(app.db);
    expect(who.rows).toEqual([{ name: user }]);
    expect(await migrate(app.db)).toEqual([]);
    const id = await aUser(owner);
    const rename = 'mutation ($id: UUID!) { updateUser(id: $id, input: { displayName: "Ada" }) { user { displayName } } }';
    const { data, errors } = await gateway.graphql(rename, { id }, { token: gateway.adminToken });
    expect({ data, errors }).toEqual({ data: { updateUser: { user: { displayName: 'Ada' } } }, errors: [] });
    await gateway.runDuty(auditPartitions);
  });

  it.each([
    'update platform_audit_log set actor_id = actor_id',
    'delete from platform_audit_log',
    'truncate platform_audit_log',
    'alter table platform_audit_log disable trigger all',
    'drop trigger platform_audit_log_is_append_only on platform_audit_log',
    'drop table platform_audit_log',
    'alter table platform_audit_log rename to other',
    'set session_replication_role = replica',
    'create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
    "update audit_snapshots set before = '{}'",
    'delete from audit_snapshots',
    'truncate audit_snapshots',
    'delete from audit_batches',
    'update audit_batches set entries = 1',
    'insert into audit_drops (month, entries, ids) values (current_date, 0, $$$$)',
    'delete from audit_holds',
    'delete from kysely_migration',
  ])('can’t: %s', async (statement) => {
    await expect(sql.raw(statement).execute(app.db)).rejects.toThrow(
      /permission denied|must be owner|must be able to SET ROLE|append-only/,
    );
  });

  it('can’t give itself more, nor become another', async () => {
    // A warning, and nothing granted.
    await sql`grant delete on platform_audit_log to public`.execute(app.db);
    const { rows } = await sql<{
      may: boolean;
      owner: string;
    }>`select has_table_privilege('platform_audit_log', 'update, delete, truncate, trigger') as may,
      pg_get_userbyid(relowner) as owner from pg_class where oid = 'platform_audit_log'::regclass`.execute(app.db);
    expect(rows[0]?.may).toBe(false);
    await expect(sql`set role ${sql.id(rows[0]?.owner ?? '')}`.execute(app.db)).rejects.toThrow(/permission denied/);
  });

  it('can’t do so in a partition either', async () => {
    const { rows } = await sql<{ part: string }>`select inhrelid::regclass::text as part from pg_inherits
      where inhparent = 'platform_audit_log'::regclass`.execute(owner.db);
    expect(rows.length).toBeGreaterThan(12);
    for (const { part } of rows) {
      for (const statement of [`delete from ${part}`, `update ${part} set actor_id = 'x'`, `truncate ${part}`, `drop table ${part}`]) {
        await expect(sql.raw(statement).execute(app.db)).rejects.toThrow(/permission denied|must be owner/);
      }
    }
  });
});

describe('an analyst', () => {
  let analyst: pg.Client;
  beforeAll(async () => {
    analyst = new pg.Client({ connectionString: owner.url });
    await analyst.connect();
    await analyst.query('set session authorization tenantry_analyst');
  });
  afterAll(() => analyst.end());

  it('reads every view, each with words about it', async () => {
    const { rows } = await analyst.query<{ name: string; says: string | null }>(
      "select c.oid::regclass::text as name, obj_description(c.oid) as says from pg_class c where relnamespace = 'analytics'::regnamespace and relkind = 'v'",
    );
    expect(rows.length).toBeGreaterThanOrEqual(5);
    for (const { name, says } of rows) {
      expect(says).toMatch(/\.$/);
      await analyst.query(`select * from ${name} limit 1`);
    }
  });

  it('sees nothing else, of any table there is', async () => {
    const { rows } = await sql<{ name: string }>`select oid::regclass::text as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')`.execute(owner.db);
    expect(rows.length).toBeGreaterThan(30);
    for (const { name } of rows) await expect(analyst.query(`select from ${name} limit 1`)).rejects.toThrow('permission denied');
  });

  it('changes nothing, and makes nothing', async () => {
    for (const statement of [
      "select make_audit_partitions('2030-01-01', '2030-02-01')",
      'select grant_rights()',
      'delete from analytics.orgs',
      "update analytics.users set name = 'x'",
      'create table analytics.t (a int)',
      'create table public.t (a int)',
    ]) {
      await expect(analyst.query(statement)).rejects.toThrow(/permission denied|read-only|cannot/);
    }
  });

  it('is ended where they ask for too long, and reads only', async () => {
    const { rows } = await sql<{
      settings: string[];
    }>`select rolconfig as settings from pg_roles where rolname = 'tenantry_analyst'`.execute(owner.db);
    expect(rows[0]?.settings).toEqual(expect.arrayContaining(['default_transaction_read_only=on', 'statement_timeout=60s']));
  });

  it('sees no secret: no column of a view comes from one', async () => {
    const { rows } = await analyst.query<{ column_name: string }>(
      "select column_name from information_schema.columns where table_schema = 'analytics'",
    );
    const names = rows.map(({ column_name: name }) => name);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => /hash|password|token|secret|dsn|email|key/.test(name))).toEqual([]);
  });
});
