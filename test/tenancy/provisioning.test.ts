import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { provisioningDuty } from '../../src/tenancy/provisioning.duty.js';
import { sealDsn } from '../../src/tenancy/shardKeys.js';
import { inTenant } from '../../src/tenancy/tenant.js';
import { unsoundness } from '../faults/soundness.js';
import { blackHole } from '../support/blackHole.js';
import { aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

const shardKey = `1:${randomBytes(32).toString('base64url')}`;
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway({ SHARD_KEYS: shardKey, DATABASE_ACQUIRE_TIMEOUT: '1000' });
});
afterAll(() => gateway.close());

let count = 0;
const freshSlug = () => {
  count += 1;
  return `tenant-${count}`;
};
const create = (body: object, headers: Record<string, string> = {}) =>
  gateway.rest('POST', '/api/v1/platform/orgs', { token: gateway.adminToken, headers, body: { name: 'Tenant', ...body } });
const keyOf = async (id: string) =>
  (await gateway.database.db.selectFrom('orgs').select('id').where('public_id', '=', id).executeTakeFirstOrThrow()).id;

/** What must hold whatever died: each open org has its schema, which answers; no schema and no role is left without an org. */
async function requireInvariants(): Promise<void> {
  const { db } = gateway.database;
  const { rows: schemas } = await sql<{
    name: string;
  }>`select nspname as name from pg_namespace where nspname like 't\\_%' order by 1`.execute(db);
  const orgs = await db.selectFrom('orgs').select(['id', 'schema_name', 'status']).orderBy('schema_name').execute();
  expect(schemas.map(({ name }) => name)).toEqual(orgs.map((org) => org.schema_name).sort());
  expect(orgs.filter(({ status }) => status === 'migrating')).toEqual([]);
  for (const { id } of orgs) {
    const { n } = await inTenant(gateway.platform, id, (tx) =>
      tx
        .selectFrom('coverage_categories')
        .select(({ fn }) => fn.countAll<string>().as('n'))
        .executeTakeFirstOrThrow(),
    );
    expect(Number(n)).toBeGreaterThan(5);
  }
  expect(await db.selectFrom('abandoned_schemas').selectAll().execute()).toEqual([]);
}

/** Lets whoever would take over do it now. */
async function letLeasesEnd(): Promise<void> {
  const { db } = gateway.database;
  await db.updateTable('org_provisioning').set({ lease_expires_at: sql`now()` }).execute();
  await db.updateTable('abandoned_schemas').set({ try_at: sql`now()` }).execute();
}

async function runMortal(slug: string, steps: number, where?: 'inside'): Promise<NodeJS.Signals | null> {
  const args = [
    '--import',
    'tsx',
    'test/tenancy/diesAfter.ts',
    gateway.database.url,
    shardKey,
    slug,
    String(steps),
    ...(where ? [where] : []),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes) => {
    said += bytes;
  });
  const [, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error(said);
  return signal;
}

describe('Making an org', () => {
  it('leaves it usable: open, with its schema, its categories, its first admin, and one entry in the trail', async () => {
    const admin = await aUser(gateway.database);
    const { status, body } = await create({ slug: freshSlug(), admin_user_uuid: admin });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { status: 'active', version: 1, schema_name: expect.stringMatching(/^t_tenant_/) },
    });
    const mine = await gateway.rest('GET', '/api/v1/platform/my-orgs', { token: gateway.tokenFor(admin) });
    expect(mine.body).toMatchObject({ total: 1, items: [{ id: body.id }] });
    const { data } = await gateway.graphql<Record<string, unknown>, object>(
      'query ($id: UUID!) { org(id: $id) { members { nodes { userId roleHint status } } } }',
      { id: body.id },
      { token: gateway.adminToken },
    );
    expect(data).toEqual({ org: { members: { nodes: [{ userId: admin, roleHint: 'admin', status: 'ACTIVE' }] } } });
    const entries = await gateway.database.db
      .selectFrom('platform_audit_log')
      .select(['action', 'outcome', 'actor_id'])
      .where('resource_id', '=', body.id)
      .execute();
    expect(entries).toEqual([{ action: 'org.create', outcome: 'success', actor_id: gateway.adminId }]);
    await requireInvariants();
  });

  it('gives a request that is repeated with its Idempotency-Key the same org', async () => {
    const [slug, headers] = [freshSlug(), { 'idempotency-key': crypto.randomUUID() }];
    const [first, again] = [await create({ slug }, headers), await create({ slug }, headers)];
    expect(again.status).toBe(201);
    expect(again.body.id).toBe(first.body.id);
  });

  it('never takes more slots than there are, however many ask at once', async () => {
    const { db } = gateway.database;
    const { n } = await db
      .selectFrom('orgs')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .executeTakeFirstOrThrow();
    await db
      .updateTable('shards')
      .set({ max_orgs: Number(n) + 3 })
      .execute();
    const answers = await Promise.all(Array.from({ length: 12 }, () => create({ slug: freshSlug() })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(3).fill(201), ...Array(9).fill(503)]);
    await db.updateTable('shards').set({ max_orgs: 500 }).execute();
    await requireInvariants();
  });

  it('lets one of many win a slug', async () => {
    const slug = freshSlug();
    const answers = await Promise.all(Array.from({ length: 6 }, () => create({ slug })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    await requireInvariants();
  });

  // Before there are shards that lead to one database, or to none.
  it.each([
    ['after it took its slot', 0, undefined],
    ['while the schema is made', 0, 'inside'],
    ['after the schema was made', 1, undefined],
    ['after the org was opened', 2, undefined],
  ] as const)('is finished by a worker where the process is killed %s', async (_when, steps, where) => {
    const slug = freshSlug();
    expect(await runMortal(slug, steps, where)).toBe('SIGKILL');
    await gateway.runDuty(provisioningDuty);
    const pending = await gateway.database.db.selectFrom('org_provisioning').select('org_id').execute();
    expect(pending).toHaveLength(steps === 2 ? 0 : 1);
    await letLeasesEnd();
    await gateway.runDuty(provisioningDuty);
    const org = await gateway.database.db.selectFrom('orgs').select('status').where('slug', '=', slug).executeTakeFirst();
    expect(org).toEqual({ status: 'active' });
    await requireInvariants();
    expect(await unsoundness(gateway.database, { hasRowsOfTheTest: true, env: { SHARD_KEYS: shardKey } })).toEqual([]);
  });

  it('takes the least used shard, and one of the wanted region where one is wanted', async () => {
    const { db } = gateway.database;
    const shard = async (region: string, values: object = {}) => {
      const id = uuidv7();
      const { ciphertext, keyVersion } = sealDsn(gateway.platform.shardKeys, id, gateway.database.url);
      await db
        .insertInto('shards')
        .values({ public_id: id, name: id, region, max_orgs: 10, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion, ...values })
        .execute();
      return id;
    };
    const empty = await shard('eu');
    await shard('us', { is_active: false });
    const { body } = await create({ slug: freshSlug() });
    const placed = await db
      .selectFrom('orgs as o')
      .innerJoin('shards as s', 's.id', 'o.shard_id')
      .select('s.public_id')
      .where('o.public_id', '=', body.id)
      .executeTakeFirstOrThrow();
    expect(placed.public_id).toBe(empty);

    const inRegion = (region: string) =>
      gateway.graphql(
        'mutation ($slug: String!, $region: String!) { createOrg(input: { name: "X", slug: $slug, region: $region }) { org { status } } }',
        { slug: freshSlug(), region },
        { token: gateway.adminToken },
      );
    expect((await inRegion('eu')).data).toEqual({ createOrg: { org: { status: 'ACTIVE' } } });
    for (const nowhere of ['us', 'mars']) expect((await inRegion(nowhere)).errors[0]?.extensions.code).toBe('UNAVAILABLE');
    await requireInvariants();
    await db.updateTable('shards').set({ is_active: false }).where('public_id', '=', empty).execute();
  });

  it('takes it back where the shard does not answer: 503, the slug and the slot are free, and the trail says that it failed', async () => {
    const { db } = gateway.database;
    const hole = await blackHole();
    const id = uuidv7();
    const { ciphertext, keyVersion } = sealDsn(gateway.platform.shardKeys, id, `postgresql://me:x@127.0.0.1:${hole.port}/db`);
    await db
      .insertInto('shards')
      .values({ public_id: id, name: id, region: 'hole', max_orgs: 10, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion })
      .execute();
    const slug = freshSlug();
    const { status, body } = await create({ slug });
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    await hole.close();
    await db.updateTable('shards').set({ is_active: false }).where('public_id', '=', id).execute();
    expect(await db.selectFrom('orgs').select('id').where('slug', '=', slug).execute()).toEqual([]);
    const entries = await db
      .selectFrom('platform_audit_log')
      .select(['action', 'outcome'])
      .where('resource_display_id', '=', slug)
      .orderBy('id')
      .execute();
    expect(entries).toEqual([
      { action: 'org.create', outcome: 'success' },
      { action: 'org.create', outcome: 'failed' },
    ]);
    expect((await create({ slug })).status).toBe(201);
    // Its schema waits for the shard, which is gone for good here.
    await db.deleteFrom('abandoned_schemas').execute();
    await requireInvariants();
  });
});

describe('Closing an org', () => {
  const anOrgOf = async (user: string) => (await create({ slug: freshSlug(), admin_user_uuid: user })).body.id;
  const suspend = (id: string) => gateway.rest('POST', `/api/v1/platform/orgs/${id}/suspend`, { token: gateway.adminToken });
  const remove = (id: string) => gateway.rest('DELETE', `/api/v1/platform/orgs/${id}`, { token: gateway.adminToken });

  it('shuts its members out with the next request, by any token, until it is resumed', async () => {
    const user = await aUser(gateway.database);
    const id = await anOrgOf(user);
    const token = gateway.tokenFor(user);
    const { body: impersonation } = await gateway.rest('POST', '/api/v1/platform/impersonation/start', {
      token: gateway.adminToken,
      body: { org_uuid: id, user_uuid: user, reason: 'They asked for help.' },
    });
    const seen = async (caller: string) =>
      (await gateway.graphql('query ($id: UUID!) { org(id: $id) { name } }', { id }, { token: caller })).errors[0]?.extensions.code;
    expect([await seen(token), await seen(impersonation.token)]).toEqual([undefined, undefined]);
    expect((await suspend(id)).body).toMatchObject({ status: 'suspended', version: 2 });
    expect([await seen(token), await seen(impersonation.token)]).toEqual(['NOT_FOUND', 'UNAUTHENTICATED']);
    const resumed = await gateway.graphql(
      'mutation ($id: UUID!) { resumeOrg(id: $id) { org { status } } }',
      { id },
      { token: gateway.adminToken },
    );
    expect(resumed.data).toEqual({ resumeOrg: { org: { status: 'ACTIVE' } } });
    expect(await seen(token)).toBeUndefined();
    const again = await gateway.graphql(
      'mutation ($id: UUID!) { resumeOrg(id: $id) { org { status } } }',
      { id },
      { token: gateway.adminToken },
    );
    expect(again.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('is refused for the platform’s own org', async () => {
    const { public_id } = await gateway.database.db
      .selectFrom('orgs')
      .select('public_id')
      .where('is_platform', '=', true)
      .executeTakeFirstOrThrow();
    expect((await suspend(public_id)).status).toBe(422);
    expect((await remove(public_id)).status).toBe(409);
  });

  it('for good drops its schema and its role, and keeps the summaries of its trail', async () => {
    const id = await anOrgOf(await aUser(gateway.database));
    const key = await keyOf(id);
    expect((await remove(id)).status).toBe(409);
    const { body } = await suspend(id);
    expect((await remove(id)).status).toBe(204);
    expect((await remove(id)).status).toBe(404);
    const { db } = gateway.database;
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_roles where rolname = ${body.schema_name}`.execute(db);
    expect(rows).toEqual([{ n: 0 }]);
    const entries = await db.selectFrom('platform_audit_log').select('action').where('org_id', '=', id).orderBy('id').execute();
    expect(entries.map(({ action }) => action)).toEqual(['org.create', 'org.suspend', 'org.delete']);
    expect(await db.selectFrom('audit_outbox').select('id').where('org_id', '=', key).execute()).toEqual([]);
    await requireInvariants();
  });

  it('for good, where the process dies before the schema was dropped, is finished by a worker', async () => {
    const id = await anOrgOf(await aUser(gateway.database));
    const { schema_name: schema, shard_id: shard } = await gateway.database.db
      .selectFrom('orgs')
      .select(['schema_name', 'shard_id'])
      .where('public_id', '=', id)
      .executeTakeFirstOrThrow();
    await gateway.database.db.transaction().execute(async (tx) => {
      await tx.deleteFrom('orgs').where('public_id', '=', id).execute();
      await tx.insertInto('abandoned_schemas').values({ shard_id: shard, schema_name: schema }).execute();
    });
    await gateway.runDuty(provisioningDuty);
    await requireInvariants();
  });
});
