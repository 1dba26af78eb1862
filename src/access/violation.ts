import { recordEntry } from '../audit/record.js';
import { actorOf, type Context } from '../context.js';

/**
 * Records that a caller did what a permission would have been needed for, in the enforcement mode `audit`, in a
 * transaction of its own. One entry tells of a request and a permission, however many fields and rows needed it.
 * An act that can't be recorded is not let through: the error is the caller's.
 */
export function recordViolation(ctx: Context, permission: string): Promise<void> {
  const recorded = ctx.violations.get(permission) ?? writeViolation(ctx, permission);
  ctx.violations.set(permission, recorded);
  return recorded;
}

async function writeViolation(ctx: Context, permission: string): Promise<void> {
  const actor = actorOf(ctx);
  await ctx.db.transaction().execute((tx) =>
    recordEntry(tx, ctx, {
      action: 'permission.violation',
      outcome: 'violation',
      permission,
      resource: { type: 'permission', id: permission, displayId: permission },
    }),
  );
  ctx.log.warn({ permission, userId: actor.id, traceId: ctx.origin.traceId }, 'permission violation let through');
}
