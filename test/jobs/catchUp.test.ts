import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { JobKind } from '../../src/jobs/job.enums.js';
import { moveTenant } from '../../src/jobs/moving/moveTenant.js';
import { type JobHandler, runNextJob } from '../../src/jobs/queue/runJob.js';
import { inTenant, type TenantTx } from '../../src/tenancy/tenant.js';
import { aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { contentsOf, jobOf, seed, workThrough } from './jobsKit.js';
import { anotherShard, move, type OtherShard, placeOf } from './movingKit.js';

let gateway: TestGateway;
let other: OtherShard;
beforeAll(async () => {
  gateway = await testGateway();
  other = await anotherShard(gateway);
});
afterAll(async () => {
  await gateway.close();
  await other.stop();
});

async function aSeededTenant(): Promise<{ id: string; key: string }> {
  const org = await aTenant(gateway);
  await seed(gateway, org.id, { locations: 1, providers: 6, patients: 300, appointments: 500 });
  await workThrough(gateway);
  return org;
}

/**
 * Moves an org, and lets something be written when the copy is made and nothing is frozen yet.
 * @returns the tables that were emptied and copied whole after that
 */
async function moveWhile(org: { id: string; key: string }, write: (tx: TenantTx) => Promise<unknown>): Promise<string[]> {
  const id = await move(gateway, org.id, other.id);
  const sent = jest.spyOn(pg.Client.prototype, 'query');
  const handler: JobHandler = async function* (ctx, job) {
    for await (const progress of moveTenant(ctx, job)) {
      if (progress.stage === 'verify') {
        await inTenant(gateway.platform, org.key, write);
        sent.mockClear();
      }
      yield progress;
    }
  };
  const ctx = { ...gateway.platform, log: pino({ level: 'silent' }), signal: new AbortController().signal };
  const timing = { lease: 60_000, heartbeat: 30_000, backOff: 60_000 };
  await runNextJob(ctx, { [JobKind.ORG_MOVE]: handler }, [JobKind.ORG_MOVE], 'worker', timing);
  // Of several signatures, the ones that send a text.
  const truncated = sent.mock.calls.map(([text]) => String(text)).filter((text) => text.startsWith('truncate'));
  sent.mockRestore();
  expect(await jobOf(gateway, id)).toMatchObject({ status: 'completed', errors: [] });
  expect(await placeOf(gateway, org.key)).toEqual({ shard_id: other.address.key, status: 'active' });
  return truncated;
}

/** What a tenant's tables hold at the end of some writing. */
function andThen(org: { key: string }, write: (tx: TenantTx) => Promise<unknown>) {
  let written: Awaited<ReturnType<typeof contentsOf>> | undefined;
  return {
    write: async (tx: TenantTx) => {
      await write(tx);
      // By the transaction itself, which nobody else sees yet.
      const sums = await sql<{ name: string; rows: number; sum: string }>`${sql.join(
        ['definitions', 'locations', 'codes', 'providers', 'patients', 'appointments'].map(
          (
            name,
          ) => sql`select ${sql.lit(name)} as name, count(*)::int as rows, md5(coalesce(string_agg(t::text, '' order by t.id), '')) as sum
            from ${sql.table(name)} t`,
        ),
        sql` union all `,
      )}`.execute(tx);
      // The names are those of the tables.
      written = Object.fromEntries(sums.rows.map(({ name, ...sum }) => [name, sum])) as typeof written;
    },
    expectMoved: async () => expect(await contentsOf(gateway, org.key)).toEqual(written),
  };
}

describe('What is written between the copy and the freeze', () => {
  it('follows row by row: what is new, changed, gone, and refers to something else now', async () => {
    const org = await aSeededTenant();
    const { write, expectMoved } = andThen(org, async (tx) => {
      await sql`delete from appointments where id % 17 = 0`.execute(tx);
      await sql`update patients set phone = 'changed', provider_id = (select min(id) from providers) where id % 13 = 0`.execute(tx);
      // A provider goes: whoever was theirs is somebody else's by now.
      await sql`insert into providers (public_id, npi, first_name, last_name) values (gen_random_uuid(), '1999999999', 'New', 'Provider')`.execute(
        tx,
      );
      await sql`with gone as (select max(id) as id from providers where npi <> '1999999999'),
          heir as (select id from providers where npi = '1999999999'),
          p as (update patients set provider_id = heir.id from gone, heir where provider_id = gone.id)
        update appointments set provider_id = heir.id from gone, heir where provider_id = gone.id`.execute(tx);
      await sql`delete from providers p where npi <> '1999999999' and not exists (select from patients where provider_id = p.id)
        and not exists (select from appointments where provider_id = p.id)`.execute(tx);
      await sql`insert into patients (public_id, mrn, first_name, last_name, birth_date)
        values (gen_random_uuid(), 'NEW-1', 'New', 'Patient', '2000-01-01')`.execute(tx);
    });
    expect(await moveWhile(org, write)).toEqual([]);
    await expectMoved();
    // It numbers on behind the rows that were new.
    await inTenant(gateway.platform, org.key, (tx) =>
      sql`insert into patients (public_id, mrn, first_name, last_name, birth_date)
        values (gen_random_uuid(), 'NEW-2', 'New', 'Patient', '2000-01-01')`.execute(tx),
    );
  });

  it('is copied by whole tables where rows have changed places', async () => {
    const org = await aSeededTenant();
    const { write, expectMoved } = andThen(org, async (tx) => {
      // The first patient takes the number of the last one, who is gone: when the first is brought, the copy still has the last.
      await sql`delete from appointments where patient_id = (select max(id) from patients)`.execute(tx);
      const { rows } = await sql<{ mrn: string }>`delete from patients where id = (select max(id) from patients) returning mrn`.execute(tx);
      await sql`update patients set mrn = ${rows[0]?.mrn ?? ''} where id = (select min(id) from patients)`.execute(tx);
    });
    expect(await moveWhile(org, write)).toEqual([expect.stringMatching(/patients.*appointments/)]);
    await expectMoved();
  });
});
