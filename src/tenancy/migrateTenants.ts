import { type Kysely, sql } from 'kysely';
import type { Platform } from '../context.js';
import type { DB } from '../db/types.generated.js';
import { isOutage } from '../failure.js';
import { placementOf } from './placement.js';
import { migrateTenantSchema, neededMigrations } from './tenantSchema.js';

export interface FleetOptions {
  /** Tenants that are migrated at once. */
  readonly parallel: number;
  /** Called after each tenant. @param reason why it failed; undefined where it did not */
  readonly onTenant?: (slug: string, reason: string | undefined) => void;
}

export interface FleetOutcome {
  readonly migrated: number;
  readonly failed: number;
}

/** The first tenant could not be migrated: the others were left as they are. */
export class CanaryFailed extends Error {
  constructor(slug: string, reason: string) {
    super(`The first tenant, ${slug}, could not be migrated: ${reason} The others were left as they are.`);
    this.name = 'CanaryFailed';
  }
}

interface Tenant {
  readonly org_id: string;
  readonly slug: string;
}

/**
 * Brings the schemas of all tenants up to this program: first one alone, then the others side by side. Those that are known to be up to
 * date are passed over, so that a run which was cut off is taken up by the next one; it needs no first tenant where one has gone well
 * before. A tenant that fails is left as it was, and is behind until a later run; how each one went stands in `tenant_migrations`.
 * @throws CanaryFailed where the first one fails
 */
export async function migrateTenants(platform: Pick<Platform, 'db' | 'shardPools'>, options: FleetOptions): Promise<FleetOutcome> {
  const waiting = await tenantsBehind(platform.db);
  const outcome = { migrated: 0, failed: 0 };

  async function migrateOne(tenant: Tenant): Promise<string | undefined> {
    const reason = await migrateTenant(platform, tenant);
    outcome[reason === undefined ? 'migrated' : 'failed'] += 1;
    options.onTenant?.(tenant.slug, reason);
    return reason;
  }
  async function work(): Promise<void> {
    for (let tenant = waiting.shift(); tenant; tenant = waiting.shift()) await migrateOne(tenant);
  }

  const canary = (await hasGoneWell(platform.db)) ? undefined : waiting.shift();
  const reason = canary && (await migrateOne(canary));
  if (canary && reason !== undefined) throw new CanaryFailed(canary.slug, reason);
  await Promise.all(Array.from({ length: options.parallel }, work));
  return outcome;
}

/** Whether this program's newest migration was run on any tenant. */
async function hasGoneWell(db: Kysely<DB>): Promise<boolean> {
  const { rows } = await sql`/* has a tenant gone well */ select from tenant_migrations
    where status = 'migrated' and latest >= ${neededMigrations.at(-1)} limit 1`.execute(db);
  return rows.length > 0;
}

/** Tenants that are not known to have this program's newest migration; the platform's own org first, the canary. */
async function tenantsBehind(db: Kysely<DB>): Promise<Tenant[]> {
  const { rows } = await sql<Tenant>`/* tenants behind */ select o.id as org_id, o.slug from orgs o
    left join tenant_migrations m on m.org_id = o.id and m.status = 'migrated' and m.latest >= ${neededMigrations.at(-1)}
    where m.org_id is null and not exists (select from org_provisioning p where p.org_id = o.id)
      and not exists (select from org_moves v where v.org_id = o.id)
    order by o.is_platform desc, o.id`.execute(db);
  return rows;
}

/** @returns why it could not be migrated; undefined where it was */
async function migrateTenant(
  { db, shardPools }: Pick<Platform, 'db' | 'shardPools'>,
  { org_id: orgKey }: Tenant,
): Promise<string | undefined> {
  try {
    const placement = await placementOf(db, orgKey);
    // Deleted since the run began.
    if (!placement) return undefined;
    await shardPools.use(placement.shard, (shard) => migrateTenantSchema(shard, placement.schema));
    await note(db, orgKey, 'migrated', null);
    return undefined;
  } catch (error) {
    const reason = reasonOf(error);
    await note(db, orgKey, 'failed', reason);
    return reason;
  }
}

/** A sentence. */
function reasonOf(error: unknown): string {
  if (isOutage(error)) return 'The shard does not answer.';
  const said = (error instanceof Error ? error.message : String(error)).slice(0, 490);
  return /[.!?]$/.test(said) ? said : `${said}.`;
}

async function note(db: Kysely<DB>, orgKey: string, status: 'migrated' | 'failed', error: string | null): Promise<void> {
  const latest = status === 'migrated' ? (neededMigrations.at(-1) ?? null) : null;
  await sql`/* note tenant migration */ insert into tenant_migrations (org_id, status, latest, last_error)
    select id, ${status}, ${latest}, ${error} from orgs where id = ${orgKey}
    on conflict (org_id) do update set status = excluded.status, last_error = excluded.last_error, updated_at = now(),
      latest = coalesce(excluded.latest, tenant_migrations.latest)`.execute(db);
}
