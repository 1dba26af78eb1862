import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { OrderDirection } from '../graphql/order.js';
import { DateTime, JSONObject, JSONValue } from '../graphql/scalars.js';
import { ActorType, AuditEntryOrderField, AuditOutcome } from './audit.enums.js';

@ObjectType({ description: 'One thing that was done, or tried, to one object. Entries are never changed.', simpleResolvers: true })
export class AuditEntry {
  @Field(() => ID, { description: 'Unique in the whole platform: a UUID.' })
  readonly id: string;

  @Field(() => DateTime, { description: 'When it was done.' })
  readonly createdAt: string;

  @Field(() => String, { description: 'What was done: `<resource>.<verb>`, such as `org.update`.' })
  readonly action: string;

  @Field(() => AuditOutcome, { description: 'How it ended.' })
  readonly outcome: AuditOutcome;

  @Field(() => String, { description: 'What kind of object it was done to.' })
  readonly resourceType: string;

  @Field(() => String, { description: 'The object’s public id.' })
  readonly resourceId: string;

  @Field(() => String, { description: 'How a person would name the object: a slug, an email.' })
  readonly resourceDisplayId: string;

  @Field(() => [String], { description: 'Names of the fields that differ before and after.' })
  readonly changedFields: readonly string[];

  @Field(() => ActorType, { description: 'What kind of caller acted.' })
  readonly actorType: ActorType;

  @Field(() => String, {
    description: 'Who acted: the id of a user, or `system`. Under impersonation the admin, and not the user as whom they act.',
  })
  readonly actorId: string;

  @Field(() => String, { nullable: true, description: 'The actor’s name at the time.' })
  readonly actorDisplayName: string | null;

  @Field(() => ID, { nullable: true, description: 'The user as whom the actor acted, under impersonation.' })
  readonly impersonatedUserId: string | null;

  @Field(() => ID, { nullable: true, description: 'The org that it concerned, where it concerned one.' })
  readonly orgId: string | null;

  @Field(() => String, { nullable: true, description: 'The org’s name at the time.' })
  readonly orgName: string | null;

  @Field(() => String, { nullable: true, description: 'The permission that was missing, of a denial or a violation.' })
  readonly permission: string | null;

  @Field(() => String, { nullable: true, description: 'From where the actor called.' })
  readonly ipAddress: string | null;

  @Field(() => String, { nullable: true, description: 'Finds the request in logs and traces.' })
  readonly traceId: string | null;

  @Field(() => Int, { description: 'How often it happened: more than one where the entry tells of repetitions. Sum it to count.' })
  readonly occurrences: number;
}

@ObjectType({ description: 'One field that differs before and after.', simpleResolvers: true })
export class AuditChange {
  @Field(() => String, { description: 'The field’s name.' })
  readonly field: string;

  @Field(() => JSONValue, { nullable: true, description: 'Its value before; null also where there was none.' })
  readonly before: unknown;

  @Field(() => JSONValue, { nullable: true, description: 'Its value after; null also where there is none.' })
  readonly after: unknown;
}

@InputType({ description: 'How entries are ordered.' })
export class AuditEntryOrder {
  @Field(() => AuditEntryOrderField, { description: 'What they are ordered by.' })
  readonly field: AuditEntryOrderField;

  @Field(() => OrderDirection, { description: 'Which end comes first.' })
  readonly direction: OrderDirection;
}

export const AuditEntryConnection = connectionType('AuditEntry', () => AuditEntry);

@ObjectType({ description: 'How many entries there are about objects of one type.', simpleResolvers: true })
export class ResourceTypeCount {
  @Field(() => String, { description: 'The type.' })
  readonly resourceType: string;

  @Field(() => Int, { description: 'How many entries.' })
  readonly count: number;
}

@ObjectType({
  description: 'Entries, counted. Each count is exact, and is of the entries that the filter lets through.',
  simpleResolvers: true,
})
export class AuditStats {
  @Field(() => Int, { description: 'How many entries.' })
  readonly totalEntries: number;

  @Field(() => Int, { description: 'How many of them are of today, in UTC.' })
  readonly todayCount: number;

  @Field(() => Int, { description: 'How many actors made those of today.' })
  readonly activeActorsToday: number;

  @Field(() => Int, { description: 'How many actors made all of them.' })
  readonly distinctActors: number;

  @Field(() => JSONObject, { description: 'How many entries there are of each action, by its name.' })
  readonly byAction: Readonly<Record<string, number>>;

  @Field(() => [ResourceTypeCount], { description: 'How many there are of each resource type, the most first.' })
  readonly byResourceType: readonly ResourceTypeCount[];
}

@ObjectType({ description: 'One value that entries are told apart by, and how many have it.', simpleResolvers: true })
export class AuditCount {
  @Field(() => String, {
    nullable: true,
    description: 'An action, a resource type, or the id of an actor or an org. Null for the entries that concern no org.',
  })
  readonly key: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the actor or the org as it is now; null where there is none.' })
  readonly label: string | null;

  @Field(() => Int, { description: 'How many entries.' })
  readonly count: number;
}

@ObjectType({ description: 'One hour, day, week or month of a series.', simpleResolvers: true })
export class AuditSeriesPoint {
  @Field(() => DateTime, { description: 'When it begins.' })
  readonly start: string;

  @Field(() => Int, { description: 'How many entries; points without any are left out.' })
  readonly count: number;
}

@ObjectType({ description: 'How many entries with one value there were over time.', simpleResolvers: true })
export class AuditSeriesGroup extends AuditCount {
  @Field(() => [AuditSeriesPoint], { description: 'The points that have entries, the earliest first.' })
  readonly points: readonly AuditSeriesPoint[];
}
