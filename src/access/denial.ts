import { GraphQLError } from 'graphql';
import { recordCallersRepeatable } from '../audit/repeats/repeats.js';
import type { Context } from '../context.js';
import { Forbidden, Hidden } from '../errors.js';
import type { Execution } from '../graphql/execution.js';

/**
 * Records that a caller was refused, where the error is a refusal; repeated ones are counted. It never throws: the refusal stands
 * whether or not the trail could take it, and the log says so where it could not.
 */
export async function recordDenial(ctx: Context, error: unknown): Promise<void> {
  if (!ctx.actor || !(error instanceof Forbidden || error instanceof Hidden)) return;
  const missing = error instanceof Forbidden ? error.permission : error.resourceType;
  const recorded = ctx.denials.get(missing) ?? writeDenial(ctx, error, missing);
  ctx.denials.set(missing, recorded);
  await recorded;
}

async function writeDenial(ctx: Context, error: Forbidden | Hidden, missing: string): Promise<void> {
  const entry =
    error instanceof Forbidden
      ? { permission: error.permission, resource: { type: 'permission', id: error.permission, displayId: error.permission } }
      : { resource: { type: error.resourceType, id: error.resourceId.slice(0, 200), displayId: error.resourceId } };
  try {
    // By what was missing, not by the object asked for: who tries a million ids is told of in one entry.
    await recordCallersRepeatable(ctx, { action: 'access.denied', outcome: 'denied', ...entry }, [missing]);
  } catch (failure) {
    ctx.log.error({ err: failure, missing, traceId: ctx.origin.traceId }, 'a refusal could not be recorded; it stands');
  }
}

/** An execution whose refusals are recorded before it is answered: those of rules and those of services. */
export function recordingDenials(execution: Execution): Execution {
  return async (context, variables) => {
    const result = await execution(context, variables);
    if (!result.errors) return result;
    // Executions of this program are run with its contexts.
    for (const error of result.errors) await recordDenial(context as Context, originOf(error));
    return result;
  };
}

function originOf(error: unknown): unknown {
  let origin = error;
  while (origin instanceof GraphQLError && origin.originalError) origin = origin.originalError;
  return origin;
}
