import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { NotFound, Unavailable } from '../../src/errors.js';
import { inTenant } from '../../src/tenancy/tenant.js';
import { anOrg, aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

describe('A tenant', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.close());

  const addLocation = (key: string, code: string) =>
    inTenant(gateway.platform, key, (tx) => tx.insertInto('locations').values({ public_id: uuidv7(), code, name: 'Main' }).execute());
  const codes = (key: string) =>
    inTenant(gateway.platform, key, async (tx) => (await tx.selectFrom('locations').select('code').execute()).map(({ code }) => code));

  it('keeps its rows apart from those of another', async () => {
    const [acme, other] = [await aTenant(gateway), await aTenant(gateway)];
    await addLocation(acme.key, 'A');
    await addLocation(other.key, 'B');
    expect(await codes(acme.key)).toEqual(['A']);
    expect(await codes(other.key)).toEqual(['B']);
  });

  it('is reached as a role that sees its schema alone', async () => {
    const [acme, other] = [await aTenant(gateway), await aTenant(gateway)];
    const { schema_name: others } = await gateway.database.db
      .selectFrom('orgs')
      .select('schema_name')
      .where('id', '=', other.key)
      .executeTakeFirstOrThrow();
    const refused = /permission denied/;
    const attempt = (statement: ReturnType<typeof sql>) => inTenant(gateway.platform, acme.key, (tx) => statement.execute(tx));
    await expect(attempt(sql`select * from ${sql.id(others, 'locations')}`)).rejects.toThrow(refused);
    await expect(attempt(sql`select email from public.users`)).rejects.toThrow(refused);
    await expect(attempt(sql`select dsn_ciphertext from public.shards`)).rejects.toThrow(refused);
    await expect(attempt(sql`update audit_log set after = null`)).rejects.toThrow(refused);
    await expect(attempt(sql`delete from tenant_migrations`)).rejects.toThrow(refused);
    await expect(attempt(sql`drop table locations`)).rejects.toThrow(/must be owner/);
  });

  it('takes back what a failed piece of work did', async () => {
    const { key } = await aTenant(gateway);
    const failing = inTenant(gateway.platform, key, async (tx) => {
      await tx.insertInto('locations').values({ public_id: uuidv7(), code: 'X', name: 'Gone' }).execute();
      throw new Error('half way');
    });
    await expect(failing).rejects.toThrow('half way');
    expect(await codes(key)).toEqual([]);
  });

  it('is unavailable while its schema is not there, or is behind the program', async () => {
    const unmade = await anOrg(gateway.database);
    const { id } = await gateway.database.db.selectFrom('orgs').select('id').where('public_id', '=', unmade).executeTakeFirstOrThrow();
    await expect(codes(id)).rejects.toThrow(Unavailable);

    const { key } = await aTenant(gateway);
    const { schema_name: schema } = await gateway.database.db
      .selectFrom('orgs')
      .select('schema_name')
      .where('id', '=', key)
      .executeTakeFirstOrThrow();
    await sql`delete from ${sql.id(schema, 'tenant_migrations')}`.execute(gateway.database.db);
    await expect(codes(key)).rejects.toThrow(/brought up to date/);
  });

  it('is not found where there is no such org', async () => {
    await expect(codes('999999999')).rejects.toThrow(NotFound);
  });
});
