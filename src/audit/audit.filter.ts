import { type RawBuilder, sql } from 'kysely';
import { Field, InputType } from 'type-graphql';
import { contains, containsCaseless } from '../db/text.js';
import { DateOrDateTime, UUID } from '../graphql/scalars.js';
import { checkTexts } from '../input.js';
import { AuditOutcome } from './audit.enums.js';

@InputType({ description: 'Which entries of the trail. Several conditions must all hold.' })
export class AuditFilter {
  @Field(() => UUID, { nullable: true, description: 'Of this org.' })
  readonly orgId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Part of the name, the email or the username of the user who acted, as they are called now, without case.',
  })
  readonly actor?: string | null;

  @Field(() => String, { nullable: true, description: 'By this actor: the id of a user, or `system`.' })
  readonly actorId?: string | null;

  @Field(() => [String], { nullable: true, description: 'By one of these actors.' })
  readonly actorIds?: readonly string[] | null;

  @Field(() => [String], { nullable: true, description: 'One of these actions, such as `org.update`.' })
  readonly actions?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'About an object of this type.' })
  readonly resourceType?: string | null;

  @Field(() => [String], { nullable: true, description: 'About an object of one of these types.' })
  readonly resourceTypes?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'About the object with this id.' })
  readonly resourceId?: string | null;

  @Field(() => AuditOutcome, { nullable: true, description: 'Ended like this.' })
  readonly outcome?: AuditOutcome | null;

  @Field(() => DateOrDateTime, { nullable: true, description: 'Not before this moment, or the first moment of this day in UTC.' })
  readonly from?: string | null;

  @Field(() => DateOrDateTime, { nullable: true, description: 'Not after this moment, or the last moment of this day in UTC.' })
  readonly to?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Part of who acted (their id, or their name at the time), or of the type, the id or the name of the object, without case.',
  })
  readonly search?: string | null;

  @Field(() => String, { nullable: true, description: 'The change concerned this field, such as `billingEmail`.' })
  readonly changedField?: string | null;
}

const textRule = { max: 500, nullable: true };

/**
 * The entries `platform_audit_log e` that a filter lets through. Every list, count, series, export and tail of the trail reads
 * with these conditions, so that they show the same entries.
 * @returns conditions that must all hold; none where the filter is empty
 * @throws Invalid
 */
export function auditConditions(filter: AuditFilter | null | undefined): RawBuilder<unknown>[] {
  if (!filter) return [];
  checkTexts(['filter'], filter, {
    actor: textRule,
    search: textRule,
    actorId: textRule,
    resourceId: textRule,
    resourceType: textRule,
    changedField: textRule,
  });
  const { resourceId, search, changedField } = filter;
  const conditions = [...dimensionConditions(filter), ...timeConditions(filter)];
  if (resourceId) conditions.push(sql`e.resource_id = ${resourceId}`);
  if (search) conditions.push(containsCaseless(searchText, search));
  if (changedField) conditions.push(sql`e.changed_fields @> array[${changedField}]`);
  return conditions;
}

/** The part of a filter that the rollups can answer too: they have the same columns. */
export function dimensionConditions(filter: AuditFilter): RawBuilder<unknown>[] {
  const { orgId, actor, actorId, actorIds, actions, resourceType, resourceTypes, outcome } = filter;
  const conditions: RawBuilder<unknown>[] = [];
  if (orgId) conditions.push(sql`e.org_id = ${orgId}`);
  if (actor) conditions.push(sql`e.actor_id in (${actorsCalled(actor)})`);
  if (actorId) conditions.push(sql`e.actor_id = ${actorId}`);
  if (actorIds) conditions.push(sql`e.actor_id = any (${actorIds}::text[])`);
  if (actions) conditions.push(sql`e.action = any (${actions}::text[])`);
  if (resourceType) conditions.push(sql`e.resource_type = ${resourceType}`);
  if (resourceTypes) conditions.push(sql`e.resource_type = any (${resourceTypes}::text[])`);
  if (outcome) conditions.push(sql`e.outcome = ${outcome}`);
  return conditions;
}

/** Both ends are inclusive; a bare date as the end means the whole of that day in UTC (contract: "Audit"). */
function timeConditions({ from, to }: Pick<AuditFilter, 'from' | 'to'>): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  if (from) conditions.push(sql`e.created_at >= ${startOf(from)}`);
  if (to) conditions.push(isDate(to) ? sql`e.created_at < ${startOfNext(to)}` : sql`e.created_at <= ${to}::timestamptz`);
  return conditions;
}

/**
 * The time of a filter in milliseconds, to plan with: the conditions themselves are exact.
 * @returns -Infinity and Infinity where the filter says nothing
 */
export function windowOf({ from, to }: Pick<AuditFilter, 'from' | 'to'>): { readonly start: number; readonly end: number } {
  // Behind a millisecond's beginning, and before its end: where microseconds are, and what an inclusive end lets in.
  const start = from ? Date.parse(from) + (/\.\d{3}0*[1-9]/.test(from) ? 0.5 : 0) : Number.NEGATIVE_INFINITY;
  const end = to ? Date.parse(to) + (isDate(to) ? dayMs : 0.5) : Number.POSITIVE_INFINITY;
  return { start, end };
}

const dayMs = 86_400_000;

const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text);

function startOf(text: string): RawBuilder<unknown> {
  return isDate(text) ? sql`(${text}::date)::timestamp at time zone 'UTC'` : sql`${text}::timestamptz`;
}

function startOfNext(date: string): RawBuilder<unknown> {
  return sql`(${date}::date + 1)::timestamp at time zone 'UTC'`;
}

/** What a search looks at. The index of migrations/0010_audit_reading.ts is on this very expression. */
const searchText = sql`lower(coalesce(e.actor_display_name, '') || ' ' || e.actor_id || ' ' || e.resource_type || ' ' || e.resource_id || ' ' || e.resource_display_id)`;

/** Selects the `id` of the actors whose name, email or username contains a text; those of deleted users with them. @throws Invalid */
export function actorsCalled(text: string): RawBuilder<unknown> {
  return sql`select u.public_id::text as id from users u where ${contains(sql`u.search_text`, text)}
    union all select 'system' where ${contains(sql`'system'`, text)}`;
}
