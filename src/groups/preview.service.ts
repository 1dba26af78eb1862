import { sql } from 'kysely';
import { rehearseAccess, requireLastingAdmin } from '../access/changeAccess.js';
import type { Tx } from '../audit/entry.js';
import type { Context } from '../context.js';
import { DomainError, Forbidden } from '../errors.js';
import type { UserRef } from '../users/users.types.js';
import { checkedFields, type Guard, guardsOfUpdate, lockGroup, permissionsIn, writeFields, writePermissions } from './groupChange.js';
import type { UpdateGroupInput } from './groups.types.js';
import type { ChangeRefusal, GroupChangePreview, PermissionShift } from './preview.types.js';

/** Users whose shifts are listed; the rest are counted. */
const listed = 100;

/**
 * Says what `updateGroup` would do: by doing it, in a transaction that is rolled back. What would be refused is said, and not thrown, so
 * that an admin sees all of it at once, and what the change would do were it allowed.
 * @throws NotFound
 * @throws Invalid for what is wrong with the input by itself
 */
export async function previewGroupChange(ctx: Context, id: string, input: UpdateGroupInput): Promise<GroupChangePreview> {
  const fields = checkedFields(input);
  return rehearseAccess(ctx, async (tx) => {
    const { group, permissions: before } = await lockGroup(tx, id);
    const beforehand = await refusalsOf(guardsOfUpdate(ctx, tx, group, input));

    const touched = [...input.addPermissions, ...input.removePermissions];
    const heldBefore = await holdersIn(tx, group.key, touched);
    await writePermissions(tx, group.key, input);
    const heldAfter = await holdersIn(tx, group.key, touched);
    const after = await permissionsIn(tx, group.key);

    // The name comes last: where it is taken, the transaction is at its end.
    const afterwards = await refusalsOf([() => requireLastingAdmin(tx), () => writeFields(tx, group.key, fields)]);
    const refusals = [...beforehand, ...afterwards];
    const [gaining, losing] = [shifts(heldAfter, heldBefore), shifts(heldBefore, heldAfter)];
    return {
      wouldSucceed: refusals.length === 0,
      refusals,
      permissionsAdded: without(after, before),
      permissionsRemoved: without(before, after),
      gainingCount: gaining.length,
      gaining: gaining.slice(0, listed),
      losingCount: losing.length,
      losing: losing.slice(0, listed),
    };
  });
}

async function refusalsOf(guards: readonly Guard[]): Promise<ChangeRefusal[]> {
  const refusals: ChangeRefusal[] = [];
  for (const guard of guards) {
    try {
      await guard();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { code, message } = error;
      refusals.push({ code, message, missing: error instanceof Forbidden ? error.missing : [] });
    }
  }
  return refusals;
}

interface Holder extends UserRef {
  readonly permissions: readonly string[];
}

/** Which of some permissions the users of a group hold now, by this group or by another one; by name. */
async function holdersIn(tx: Tx, groupKey: string, permissions: readonly string[]): Promise<Holder[]> {
  const { rows } = await sql<Holder>`/* holders in group */ select u.public_id as id, u.display_name as "displayName",
      coalesce(array_agg(distinct p.permission) filter (where p.permission is not null), '{}') as permissions
    from active_assignments a join users u on u.id = a.user_id
    left join effective_permissions p on p.user_id = u.id and p.permission = any (${permissions}::text[])
    where a.group_id = ${groupKey} group by u.id order by lower(u.display_name), u.public_id`.execute(tx);
  return rows;
}

/** What users hold in one state and not in the other. Both name the same users in the same order. */
function shifts(here: readonly Holder[], there: readonly Holder[]): PermissionShift[] {
  const others = new Map(there.map((holder) => [holder.id, holder.permissions]));
  return here.flatMap(({ id, displayName, permissions }) => {
    const more = without(permissions, others.get(id) ?? []);
    return more.length === 0 ? [] : [{ user: { id, displayName }, permissions: more }];
  });
}

function without(keys: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return keys.filter((key) => !known.has(key)).sort();
}
