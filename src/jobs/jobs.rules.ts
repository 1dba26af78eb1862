import {
  anyOf,
  argument,
  each,
  field,
  hasPermission,
  hasPermissionOrHidden,
  isOrgAdmin,
  joined,
  ofFound,
  type Rules,
  sameAudience,
  withParent,
} from '../access/rule.js';
import { seesOrg } from '../orgs/orgs.rules.js';
import { orgOfJob } from './jobs.service.js';

/** Who may start a job sees it, and so does an admin of the org that it is done for. */
const seesJob = (name: string) =>
  ofFound(
    async (ctx, args) => ({ orgId: await orgOfJob(ctx, String(args[name])) }),
    anyOf(isOrgAdmin(field('orgId')), hasPermissionOrHidden('platform.orgs.seed', 'job', argument(name))),
  );

export const jobRules: Rules = {
  Query: {
    job: seesJob('id'),
    jobs: hasPermission('platform.orgs.seed'),
  },
  Mutation: {
    seedOrg: hasPermission('platform.orgs.seed'),
    moveOrg: hasPermission('platform.orgs.update'),
    cancelJob: hasPermission('platform.orgs.seed'),
  },
  Subscription: {
    jobProgress: seesJob('id'),
  },
  Org: {
    jobs: anyOf(isOrgAdmin(field('id')), hasPermission('platform.orgs.seed')),
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
