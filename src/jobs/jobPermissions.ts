import { actorOf, type Context } from '../context.js';
import { JobKind } from './job.enums.js';

/** By the kind of a job, what it is asked for with: the same shows it and stops it. */
export const jobPermissions: Readonly<Record<JobKind, string>> = {
  [JobKind.DEMO_DATA]: 'platform.orgs.seed',
  [JobKind.ORG_MOVE]: 'platform.orgs.update',
};

/** The kinds of jobs that lists show to the caller: those they could ask for. An admin of the jobs' org sees every kind. @param orgId public id */
export function kindsShown(ctx: Context, orgId?: string): readonly JobKind[] {
  const actor = actorOf(ctx);
  const isLoose = ctx.enforcement !== 'enabled' && actor.credential.kind !== 'impersonation';
  const isTheirs = orgId !== undefined && actor.orgs.get(orgId)?.roleHint === 'admin';
  return Object.values(JobKind).filter((kind) => isLoose || isTheirs || actor.permissions.has(jobPermissions[kind]));
}
