import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { Node } from '../graphql/node.js';
import { DateTime, JSONObject, SafeInt } from '../graphql/scalars.js';
import { Org } from '../orgs/orgs.types.js';
import { JobKind, JobStatus } from './job.enums.js';

@ObjectType({ description: 'Work that a worker does in the background.', implements: Node, simpleResolvers: true })
export class Job extends Node {
  @Field(() => JobKind, { description: 'What it does.' })
  readonly kind: JobKind;

  @Field(() => JobStatus, { description: 'How far it has come.' })
  readonly status: JobStatus;

  @Field(() => ID, { description: 'The id of the org that it is done for.' })
  readonly orgId: string;

  @Field(() => Org, { nullable: true, description: 'The org that it is done for, for those who may see it.' })
  readonly org: Org | null;

  @Field(() => JSONObject, { description: 'What was asked for.' })
  readonly payload: object;

  @Field(() => SafeInt, { nullable: true, description: 'The internal number of the user who asked for it.' })
  readonly requestedByKey: number | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  readonly requestedAt: string;

  @Field(() => DateTime, { nullable: true, description: 'When a worker first took it up.' })
  readonly startedAt: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended, in whichever way.' })
  readonly completedAt: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When someone asked to stop it.' })
  readonly cancelRequestedAt: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When its worker last gave a sign of life.' })
  readonly heartbeatAt: string | null;

  @Field(() => String, { nullable: true, description: 'The worker that took it up last.' })
  readonly workerId: string | null;

  @Field(() => Int, { description: 'How often it was taken up since it last got on.' })
  readonly attempts: number;

  @Field(() => String, { nullable: true, description: 'The part of it that is under way.' })
  readonly currentStage: string | null;

  @Field(() => String, { nullable: true, description: 'Where it stands, for people.' })
  readonly currentMessage: string | null;

  @Field(() => Int, { nullable: true, description: 'How much of `progressTotal` is done.' })
  readonly progressCurrent: number | null;

  @Field(() => Int, { nullable: true, description: 'How much there is to do in all; null until it is known.' })
  readonly progressTotal: number | null;

  @Field(() => JSONObject, { description: 'Counts by stage.' })
  readonly statistics: object;

  @Field(() => [String], { description: 'What went wrong in its attempts, the latest last.' })
  readonly errors: string[];

  @Field(() => Int, { description: 'The number of its latest event: `jobProgress(after: …)` goes on behind it.' })
  readonly eventNumber: number;

  @Field(() => String, { description: 'Path at which the REST surface answers this job.' })
  readonly statusUrl: string;

  @Field(() => String, { description: 'Path at which the REST surface streams this job’s events.' })
  readonly eventsUrl: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When it last changed.' })
  readonly updatedAt: string;
}

export const JobConnection = connectionType('Job', () => Job);

@ObjectType({ description: 'A step of a job: what was to be seen of it at that moment.', simpleResolvers: true })
export class JobEvent {
  @Field(() => Int, {
    description: 'Counted from 1 in each job, without a gap. Of a job that ended long ago only the last event is there.',
  })
  readonly number: number;

  @Field(() => ID, { description: 'The job’s id.' })
  readonly jobId: string;

  @Field(() => DateTime, { description: 'When.' })
  readonly at: string;

  @Field(() => JobStatus, { description: 'How far the job had come.' })
  readonly status: JobStatus;

  @Field(() => String, { nullable: true, description: 'The part of it that was under way.' })
  readonly currentStage: string | null;

  @Field(() => String, { nullable: true, description: 'Where it stood, for people.' })
  readonly currentMessage: string | null;

  @Field(() => Int, { nullable: true, description: 'How much of `progressTotal` was done.' })
  readonly progressCurrent: number | null;

  @Field(() => Int, { nullable: true, description: 'How much there was to do in all.' })
  readonly progressTotal: number | null;

  @Field(() => JSONObject, { description: 'Counts by stage.' })
  readonly statistics: object;

  @Field(() => [String], { description: 'What had gone wrong in its attempts.' })
  readonly errors: string[];

  @Field(() => DateTime, { nullable: true, description: 'When someone had asked to stop it.' })
  readonly cancelRequestedAt: string | null;
}

@InputType({ description: 'Which jobs. Several conditions must all hold.' })
export class JobFilter {
  @Field(() => JobStatus, { nullable: true, description: 'With this status.' })
  readonly status?: JobStatus | null;

  @Field(() => JobKind, { nullable: true, description: 'Of this kind.' })
  readonly kind?: JobKind | null;
}

@InputType({ description: 'How much demo data an org is given. What is left out has its default.' })
export class SeedOrgInput {
  @Field(() => Int, { nullable: true, description: '1 to 100, 5 where it is left out; never more than the org may have.' })
  readonly locations?: number | null;

  @Field(() => Int, { nullable: true, description: '1 to 1,000, 20 where it is left out.' })
  readonly providers?: number | null;

  @Field(() => Int, { nullable: true, description: '1 to 1,000,000, 1,000 where it is left out.' })
  readonly patients?: number | null;

  @Field(() => Int, { nullable: true, description: '1 to 5,000,000, 3,000 where it is left out.' })
  readonly appointments?: number | null;
}

@ObjectType({ description: 'The job as it now stands.', simpleResolvers: true })
export class JobPayload {
  @Field(() => Job, { description: 'The job.' })
  readonly job: Job;
}
