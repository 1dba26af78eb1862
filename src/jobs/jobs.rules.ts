import {
  anyOf,
  argument,
  each,
  field,
  hasAnyPermission,
  hasPermission,
  hasPermissionOrHidden,
  isOrgAdmin,
  joined,
  ofFound,
  type Rule,
  type Rules,
  rule,
  sameAudience,
  withParent,
} from '../access/rule.js';
import { seesOrg } from '../orgs/orgs.rules.js';
import { jobPermissions } from './jobPermissions.js';
import { standingOfJob } from './jobs.service.js';

const { demo_data: seeds, org_move: moves } = jobPermissions;

/** By the permission that a job of its kind is asked for with; where there is no such job, by the one that most jobs are. */
function asksFor(decide: (permission: string) => Rule): Rule {
  const byKind: Readonly<Record<string, Rule>> = { demo_data: decide(seeds), org_move: decide(moves) };
  return rule(`${seeds}, or ${moves} for a move`, (ctx, parent, args) => (byKind[String(parent.kind)] ?? decide(seeds))(ctx, parent, args));
}

const ofJob = (decide: Rule) => ofFound(async (ctx, args) => ({ ...(await standingOfJob(ctx, String(args.id))) }), decide);

/** Who may ask for a job sees it, and so does an admin of the org that it is done for. */
const seesJob = ofJob(
  anyOf(
    isOrgAdmin(field('orgId')),
    asksFor((permission) => hasPermissionOrHidden(permission, 'job', argument('id'))),
  ),
);

export const jobRules: Rules = {
  Query: {
    job: seesJob,
    jobs: hasAnyPermission(seeds, moves),
  },
  Mutation: {
    seedOrg: hasPermission(seeds),
    moveOrg: hasPermission(moves),
    cancelJob: ofJob(asksFor(hasPermission)),
  },
  Subscription: {
    jobProgress: seesJob,
  },
  Org: {
    jobs: anyOf(isOrgAdmin(field('id')), hasAnyPermission(seeds, moves)),
  },
  Job: {
    ...each(withParent, 'id', 'kind', 'status', 'orgId', 'payload', 'requestedByKey', 'requestedAt', 'startedAt', 'completedAt'),
    ...each(withParent, 'cancelRequestedAt', 'heartbeatAt', 'workerId', 'attempts', 'currentStage', 'currentMessage'),
    ...each(withParent, 'progressCurrent', 'progressTotal', 'statistics', 'errors', 'eventNumber', 'statusUrl', 'eventsUrl'),
    ...each(withParent, 'createdAt', 'updatedAt'),
    org: seesOrg(joined('org')),
  },
  JobEvent: {
    ...each(withParent, 'number', 'jobId', 'at', 'status', 'currentStage', 'currentMessage', 'progressCurrent', 'progressTotal'),
    ...each(withParent, 'statistics', 'errors', 'cancelRequestedAt'),
  },
  // Who changed the job is shown what they changed.
  JobPayload: { job: sameAudience },
};
