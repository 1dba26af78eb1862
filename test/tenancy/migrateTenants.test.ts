import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { CanaryFailed, migrateTenants } from '../../src/tenancy/migrateTenants.js';
import { inTenant } from '../../src/tenancy/tenant.js';
import { aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

describe('A migration of all tenants', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.close());

  const schemaOf = async (key: string) =>
    (await gateway.database.db.selectFrom('orgs').select('schema_name').where('id', '=', key).executeTakeFirstOrThrow()).schema_name;
  /** As a tenant is before the first migration. */
  async function letFallBehind(key: string): Promise<string> {
    const schema = await schemaOf(key);
    const { db } = gateway.database;
    await sql`drop schema ${sql.id(schema)} cascade`.execute(db);
    await sql`create schema ${sql.id(schema)}`.execute(db);
    await sql`grant usage on schema ${sql.id(schema)} to ${sql.id(schema)}`.execute(db);
    await sql`alter default privileges in schema ${sql.id(schema)} grant select on tables to ${sql.id(schema)}`.execute(db);
    return schema;
  }
  const reads = (key: string) => inTenant(gateway.platform, key, (tx) => tx.selectFrom('locations').select('id').execute());
  const run = () => migrateTenants(gateway.platform, { parallel: 3 });

  it('brings those up that are behind, passes over those that are not, and says how each went', async () => {
    const { db } = gateway.database;
    const tenants = await Promise.all(Array.from({ length: 5 }, () => aTenant(gateway)));
    const [behind, broken] = tenants;
    if (!behind || !broken) throw new Error('There are five.');
    await letFallBehind(behind.key);
    const schema = await letFallBehind(broken.key);
    // Something in the way of the migration.
    await sql`create table ${sql.id(schema, 'providers')} (id int)`.execute(db);
    await expect(reads(behind.key)).rejects.toThrow(/not there yet/);

    // Those five, and the platform's own.
    expect(await run()).toEqual({ migrated: 5, failed: 1 });
    expect(await reads(behind.key)).toEqual([]);
    await expect(reads(broken.key)).rejects.toThrow(/not there yet/);
    const noted = await db
      .selectFrom('tenant_migrations')
      .select(['status', 'last_error'])
      .where('org_id', '=', broken.key)
      .executeTakeFirst();
    expect(noted).toEqual({ status: 'failed', last_error: expect.stringMatching(/providers.*exists/) });

    await sql`drop table ${sql.id(schema, 'providers')}`.execute(db);
    expect(await run()).toEqual({ migrated: 1, failed: 0 });
    expect(await reads(broken.key)).toEqual([]);
    expect(await run()).toEqual({ migrated: 0, failed: 0 });
  });

  it('ends with the first tenant where that one fails, and leaves the others as they are', async () => {
    const { db } = gateway.database;
    const { id: first } = await db.selectFrom('orgs').select('id').where('is_platform', '=', true).executeTakeFirstOrThrow();
    await db.deleteFrom('tenant_migrations').execute();
    const schema = await letFallBehind(first);
    await sql`create table ${sql.id(schema, 'providers')} (id int)`.execute(db);
    await expect(run()).rejects.toThrow(CanaryFailed);
    const noted = await db.selectFrom('tenant_migrations').select(['org_id', 'status']).execute();
    expect(noted).toEqual([{ org_id: first, status: 'failed' }]);
  });
});
