import { sql } from 'kysely';
import type { Platform } from '../context.js';
import type { Duty } from '../worker/duty.js';
import { dropAbandoned } from './abandonedSchemas.js';
import { leaseSeconds, type ProvisioningClaim, provision, takeBack } from './provisioning.js';

/** How often a worker tries before it takes an org back. The first attempt was somebody else's. */
const attempts = 5;
const system = { actor: null, origin: { traceId: '0'.repeat(32), ipAddress: null, userAgent: null } };

/** Finishes the orgs that nobody finished, and drops the schemas whose org is no more. */
export const provisioningDuty: Duty = {
  name: 'provisioning',
  every: 5_000,
  async run(ctx) {
    const claim = await takeOver(ctx);
    if (claim) await finish(ctx, claim, ctx.log);
    const dropped = await dropAbandoned(ctx);
    return (claim !== undefined || dropped) && !ctx.signal.aborted;
  },
};

async function takeOver({ db }: Pick<Platform, 'db'>): Promise<ProvisioningClaim | undefined> {
  const { rows } = await sql<{ org_id: string; fence: number }>`/* take over provisioning */ update org_provisioning
    set fence = fence + 1, lease_expires_at = now() + ${leaseSeconds} * interval '1 second'
    where org_id = (select org_id from org_provisioning where lease_expires_at <= now() order by lease_expires_at limit 1 for update skip locked)
    returning org_id, fence`.execute(db);
  const [row] = rows;
  return row && { orgKey: row.org_id, fence: row.fence };
}

async function finish(platform: Platform, claim: ProvisioningClaim, log: Parameters<Duty['run']>[0]['log']): Promise<void> {
  try {
    await provision(platform, claim);
    log.debug({ org: claim.orgKey }, 'an org that was left unfinished is ready');
  } catch (error) {
    const isLast = claim.fence > attempts;
    log.warn(
      { err: error, org: claim.orgKey },
      isLast ? 'an org could not be made ready and is taken back' : 'an org could not be made ready',
    );
    if (isLast) await takeBack(platform, system, claim);
  }
}
