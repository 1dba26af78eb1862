import { sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { Platform } from '../context.js';
import { isRetryable } from '../db/violations.js';
import { NotFound, Unavailable } from '../errors.js';
import { frozenState } from './freeze.js';
import { placementOf } from './placement.js';
import { enterSchema, neededMigrations } from './tenantSchema.js';
import type { DB as TenantDB } from './types.generated.js';

export type TenantTx = Transaction<TenantDB>;

const attempts = 3;

/**
 * Runs `work` in a transaction on the shard of an org, as the tenant's own role: it sees the tenant's tables, by their plain names,
 * and no others. A deadlock is run again from the start, so `work` does nothing that outlives a rollback.
 * @param orgKey the internal key of the org
 * @throws NotFound where there is no such org
 * @throws Unavailable where the shard does not answer, where the tenant's schema is not there or is behind this program, and where `work`
 *   writes and the org is just being moved to another shard
 */
export async function inTenant<T>(
  platform: Pick<Platform, 'db' | 'shardPools'>,
  orgKey: string,
  work: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  const placement = await placementOf(platform.db, orgKey);
  if (!placement) throw new NotFound('org', orgKey);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await platform.shardPools.use(placement.shard, (db) =>
        db.transaction().execute(async (tx) => {
          await enterTenant(tx, placement.schema);
          return work(tx);
        }),
      );
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === frozenState) {
        throw new Unavailable('The data of this org is being moved, and can only be read. Try again shortly.', 5, { cause: error });
      }
      if (attempt === attempts || !isRetryable(error)) throw error;
    }
  }
}

// The role or its table is not there.
const absent = new Set(['22023', '42704', '42P01', '42501']);

async function enterTenant(tx: TenantTx, schema: string): Promise<void> {
  let applied: number | undefined;
  try {
    await enterSchema(tx, schema);
    await sql`/* tenant role */ select set_config('role', ${schema}, true)`.execute(tx);
    const { rows } = await sql<{ applied: number }>`/* tenant version */
      select count(*)::int as applied from tenant_migrations where name = any (${neededMigrations})`.execute(tx);
    applied = rows[0]?.applied;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !absent.has(error.code ?? '')) throw error;
    throw new Unavailable('The data of this org is not there yet. Try again shortly.', 5, { cause: error });
  }
  if (applied !== neededMigrations.length) {
    throw new Unavailable('The data of this org is being brought up to date. Try again shortly.', 5);
  }
}
