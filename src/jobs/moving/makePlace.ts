import { sql } from 'kysely';
import { dropTenantSchema, makeTenantSchema, neededMigrations } from '../../tenancy/tenantSchema.js';
import type { DutyContext } from '../../worker/duty.js';
import { type HeldJob, JobGivenUp } from '../queue/heldJob.js';
import { requireHeld } from '../queue/hold.js';
import type { Move } from './move.js';
import { areOneDatabase } from './oneDatabase.js';

/**
 * Makes an empty schema on the new shard, in place of what an earlier try or an earlier move left there.
 * @throws JobGivenUp where both shards are one database, or the tenant is behind this program
 */
export async function makePlace({ db, shardPools }: DutyContext, job: HeldJob, { from, to, schema }: Move): Promise<void> {
  if (await areOneDatabase(shardPools, from, to)) throw new JobGivenUp('Both shards are one database.');
  await shardPools.use(from, async (shard) => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.id(schema, 'tenant_migrations')}
      where name = any (${neededMigrations})`.execute(shard);
    if (rows[0]?.n !== neededMigrations.length) throw new JobGivenUp('The data of this org is behind the program: migrate it first.');
  });
  const held = () => requireHeld(db, job);
  await held();
  await db.updateTable('org_moves').set({ is_begun: true }).where('job_id', '=', job.key).execute();
  await shardPools.use(to, async (shard) => {
    await dropTenantSchema(shard, schema, held);
    await makeTenantSchema(shard, schema, held);
  });
}
