import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { schemaLock } from '../../src/tenancy/tenantSchema.js';
import { type GatewayProcess, gatewayProcess, tokenFor } from '../faults/gatewayProcess.js';
import { unsoundness } from '../faults/soundness.js';
import { aTenant } from '../support/builders.js';
import { type Command, command } from '../support/command.js';
import { type TestGateway, testGateway, testShardKeys } from '../support/gateway.js';
import { nextMigration } from './nextMigrationName.js';

const preload = './test/tenancy/nextMigration.ts';
const query = 'query ($id: UUID!) { org(id: $id) { patients { totalCount } } }';

/** The program of today, whose tenants these are, and the one of tomorrow, which needs more of them. */
let gateway: TestGateway;
let next: GatewayProcess;
let folder: string;
let tenants: { id: string; key: string }[];
/** The schemas of all tenants, in the order in which a run takes them: the platform's own first. */
let schemas: string[];
beforeAll(async () => {
  gateway = await testGateway();
  folder = mkdtempSync(join(tmpdir(), 'tenantry-fleet-'));
  tenants = [];
  for (let i = 0; i < 40; i += 1) tenants.push(await aTenant(gateway));
  const rows = await gateway.database.db.selectFrom('orgs').select('schema_name').orderBy('is_platform', 'desc').orderBy('id').execute();
  schemas = rows.map((row) => row.schema_name);
  next = await gatewayProcess(gateway.database.url, { SHARD_KEYS: testShardKeys }, [preload]);
  await next.start();
}, 180_000);
afterAll(async () => {
  await next.discard();
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

// What is behind is refused, and whole.
afterEach(async () => {
  expect(await unsoundness(gateway.database, { hasRowsOfTheTest: true })).toEqual([]);
}, 60_000);

const env = () => ({ DATABASE_URL: gateway.database.url, DATA_DIR: folder, SHARD_KEYS: testShardKeys });
const migrate = (imports: readonly string[] = [preload]): Command => command('src/migrate.ts', ['--tenants'], env(), imports);

/** Whether each schema has the migration, by its own word and by its tables: never one without the other. */
async function migrated(): Promise<boolean[]> {
  const { rows } = await sql<{ schema: string; columns: number }>`select n.nspname as schema, (
      select count(*)::int from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = n.oid and (c.relname, a.attname) in (('patients', 'preferred_language'), ('referrals', 'reason'))
    ) as columns from pg_namespace n where n.nspname = any (${schemas})`.execute(gateway.database.db);
  const columnsOf = new Map(rows.map(({ schema, columns }) => [schema, columns]));
  const found: boolean[] = [];
  for (const schema of schemas) {
    const { rows: said } = await sql`select from ${sql.id(schema, 'tenant_migrations')} where name = ${nextMigration}`.execute(
      gateway.database.db,
    );
    expect(columnsOf.get(schema)).toBe(said.length > 0 ? 2 : 0);
    found.push(said.length > 0);
  }
  return found;
}

/** How many tenants are noted to have the migration. */
async function noted(): Promise<number> {
  const rows = await gateway.database.db
    .selectFrom('tenant_migrations')
    .select('org_id')
    .where('status', '=', 'migrated')
    .where('latest', '=', nextMigration)
    .execute();
  return rows.length;
}

/** What the program of tomorrow answers of each tenant's records, over HTTP. */
async function answers(): Promise<(string | number)[]> {
  return Promise.all(
    tenants.map(async ({ id }) => {
      const response = await fetch(`${next.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tokenFor(gateway.adminId)}` },
        body: JSON.stringify({ query, variables: { id } }),
      });
      // The query says what the answer is.
      const { data, errors } = (await response.json()) as {
        data: { org: { patients: { totalCount: number } | null } | null } | null;
        errors?: { message: string }[];
      };
      return data?.org?.patients?.totalCount ?? errors?.[0]?.message ?? response.status;
    }),
  );
}

const behind = 'The data of this org is being brought up to date. Try again shortly.';

describe('npm run migrate -- --tenants, with a migration to run', () => {
  it('leaves each tenant whole where it is killed in the middle, and goes on from there; those behind are refused meanwhile', async () => {
    expect(await answers()).toEqual(tenants.map(() => behind));

    // Each of its eight workers comes to a schema that somebody else is at, behind twelve that are free.
    const held = schemas.slice(13, 21);
    const blocker = new pg.Client({ connectionString: gateway.database.url });
    await blocker.connect();
    for (const schema of held) await blocker.query('select pg_advisory_lock($1, hashtext($2))', [schemaLock, schema]);
    const killed = migrate();
    const waiting = async () => {
      const { rows } = await blocker.query(
        `select from pg_stat_activity where application_name = 'tenantry migrate' and wait_event_type = 'Lock' and wait_event = 'advisory'`,
      );
      return rows.length;
    };
    while ((await waiting()) < held.length) await sleep(20);
    killed.process.kill('SIGKILL');
    expect(await killed.ended).toBeNull();
    await blocker.end();

    expect(await migrated()).toEqual(schemas.map((_, i) => i < 13));
    expect(await noted()).toBe(13);
    expect(await answers()).toEqual(tenants.map((_, i) => (i < 12 ? 0 : behind)));

    const second = migrate();
    expect(await second.ended).toBe(0);
    expect(second.output()).toMatch(/^The database is up to date\.\nTenants: 28 up to date, 0 failed, in \d+\.\d s\.\n$/);
    expect(await migrated()).toEqual(schemas.map(() => true));
    expect(await answers()).toEqual(tenants.map(() => 0));

    // The program of today still serves them.
    const { errors } = await gateway.graphql(query, { id: tenants[20]?.id }, { token: gateway.adminToken });
    expect(errors).toEqual([]);
    const third = migrate();
    expect(await third.ended).toBe(0);
    expect(third.output()).toContain('Tenants: 0 up to date, 0 failed');
  }, 180_000);

  it('names who failed and why, ends with 1, and leaves the others migrated', async () => {
    const { db } = gateway.database;
    // As it would be had an operator made the table by hand.
    const [broken, other] = [await aTenant(gateway, { slug: 'broken' }), await aTenant(gateway)];
    const { schema_name: schema } = await db
      .selectFrom('orgs')
      .select('schema_name')
      .where('id', '=', broken.key)
      .executeTakeFirstOrThrow();
    await sql`create table ${sql.id(schema, 'referrals')} (id int)`.execute(db);
    // The first one of this run is the broken one: no canary any more, for the migration has gone well elsewhere.
    const run = migrate();
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/^broken: failed: relation "referrals" already exists\.\nTenants: 1 up to date, 1 failed, in/m);
    const status = await db
      .selectFrom('tenant_migrations')
      .select(['status', 'latest', 'last_error'])
      .where('org_id', 'in', [broken.key, other.key])
      .orderBy('org_id')
      .execute();
    expect(status).toEqual([
      { status: 'failed', latest: null, last_error: 'relation "referrals" already exists.' },
      { status: 'migrated', latest: nextMigration, last_error: null },
    ]);
    await sql`drop table ${sql.id(schema, 'referrals')}`.execute(db);
    expect(await migrate().ended).toBe(0);
  });

  it('stops at the first tenant where that one fails, in a line that says why', async () => {
    const { db } = gateway.database;
    await db.deleteFrom('tenant_migrations').execute();
    const platform = schemas[0] ?? '';
    await sql`delete from ${sql.id(platform, 'tenant_migrations')} where name = ${nextMigration}`.execute(db);
    const run = migrate();
    expect(await run.ended).toBe(1);
    expect(run.output().trim().split('\n').slice(1)).toEqual([
      'platform: failed: column "preferred_language" of relation "patients" already exists.',
      'The first tenant, platform, could not be migrated: column "preferred_language" of relation "patients" already exists. The others were left as they are.',
    ]);
    expect((await db.selectFrom('tenant_migrations').select('status').execute()).map(({ status }) => status)).toEqual(['failed']);
  });
});
