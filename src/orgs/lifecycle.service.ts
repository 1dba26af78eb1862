import { change } from '../audit/change.js';
import { requireVersion } from '../conditions/requireVersion.js';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { Conflict, Invalid } from '../errors.js';
import type { Selection } from '../graphql/selection.js';
import { abandonSchema, dropAbandoned } from '../tenancy/abandonedSchemas.js';
import type { OrgStatus } from './org.enums.js';
import { applyToOrg, lockOrg } from './orgs.service.js';
import type { Org } from './orgs.types.js';

function requireStatus(wanted: OrgStatus, message: string) {
  return ({ status }: RowOf<Org>) => {
    if (status !== wanted) throw Invalid.field(['id'], message, 'value_error', { status });
  };
}

/**
 * Closes an org to its members, from the next request on: whoever calls is asked for an active org each time, by whatever token.
 * @throws NotFound
 * @throws Invalid where the org is not active, or is the platform's own
 */
export async function suspendOrg(ctx: Context, id: string, selection: Selection): Promise<RowOf<Org>> {
  const isActive = requireStatus('active', 'Only an active org can be suspended.');
  const check = (org: RowOf<Org>) => {
    isActive(org);
    if (org.isPlatform) throw Invalid.field(['id'], "The platform's own org cannot be suspended.");
  };
  return applyToOrg(ctx, id, { action: 'org.suspend', changes: { status: 'suspended' }, check }, selection);
}

/**
 * Opens a suspended org to its members again.
 * @throws NotFound
 * @throws Invalid where the org is not suspended
 */
export async function resumeOrg(ctx: Context, id: string, selection: Selection): Promise<RowOf<Org>> {
  const isSuspended = requireStatus('suspended', 'Only a suspended org can be resumed.');
  return applyToOrg(ctx, id, { action: 'org.resume', changes: { status: 'active' }, check: isSuspended }, selection);
}

/**
 * Deletes a suspended org for good, with its schema, its memberships and its workspaces. The summaries of its audit entries stay; their
 * snapshots go with the schema. Where the shard does not answer, a worker drops the schema when it does.
 * @returns the id that the org had
 * @throws NotFound
 * @throws Conflict where the org is not suspended
 */
export async function deleteOrg(ctx: Context, id: string): Promise<string> {
  const schema = await change(ctx, async ({ tx, record }) => {
    const org = await lockOrg(tx, id);
    requireVersion(ctx, 'org', org.version);
    if (org.status !== 'suspended') throw new Conflict('Only a suspended org can be deleted.', { status: org.status });
    const name = await abandonSchema(tx, org.key);
    await record({
      action: 'org.delete',
      resource: { type: 'org', id, displayId: org.slug ?? id },
      org: { key: org.key, id, name: org.name ?? id },
    });
    return name;
  });
  await dropAbandoned(ctx, schema);
  return id;
}
