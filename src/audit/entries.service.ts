import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.js';
import {
  afterPosition,
  all,
  type List,
  type ListOrder,
  orderBy,
  type Page,
  type PageArgs,
  readPage,
  type Window,
  windowOf,
} from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { NotFound } from '../errors.js';
import type { ConnectionSelection, Selection } from '../graphql/selection.js';
import { type AuditFilter, actorsCalled, auditConditions } from './audit.filter.js';
import { auditEntryShape } from './audit.shape.js';
import type { AuditEntry, AuditEntryOrder } from './audit.types.js';

const orders: Readonly<Record<AuditEntryOrder['field'], Pick<ListOrder, 'expression' | 'type'>>> = {
  created_at: { expression: sql`e.created_at`, type: 'timestamptz' },
  action: { expression: sql`e.action`, type: 'text' },
  resource_type: { expression: sql`e.resource_type`, type: 'text' },
  actor_id: { expression: sql`e.actor_id`, type: 'text' },
};

/** A page of the entries that match, the latest first where no order is given. It is never counted here. @throws Invalid */
export async function listEntries(
  ctx: Context,
  entries: AuditFilter | null | undefined,
  asked: AuditEntryOrder | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<AuditEntry>>> {
  const filter = await byOneActor(ctx, entries ?? {});
  const { field, direction } = asked ?? { field: 'created_at', direction: 'desc' };
  const order: ListOrder = { name: `${field}_${direction}`, direction, ...orders[field] };
  const from = sql`platform_audit_log e`;
  const list: List = { name: 'audit entries', shape: auditEntryShape, from, id: sql<string>`e.id`, where: auditConditions(filter), order };
  const read = (part: Partial<List>) =>
    readPage<RowOf<AuditEntry>>(ctx.reads, { ...list, ...part }, page, { ...selection, wantsTotal: false });
  // What is searched for decides between the order of time and the index of texts, and each plan is good for its own text alone.
  if (field !== 'created_at' || page.page || filter.search || filter.actor) return read({});

  const { indexed, others } = parted(filter);
  const where = auditConditions(indexed);
  // A statement with no parameter is not prepared; this one lets everything through.
  const narrowed = where.length > 0 ? where : [sql`e.created_at <= ${'infinity'}::timestamptz`];
  const rest = auditConditions(others);
  if (rest.length === 0) return read({ where: narrowed, isPlannedOnce: true });
  const found = await read({ from: nearest(narrowed, windowOf(page, order), order), where: rest, isPlannedOnce: true });
  return found.hasNextPage ? found : read({});
}

/** A name that only one actor has, or none, is as good as their id, for which there is an index. @throws Invalid */
async function byOneActor(ctx: Context, filter: AuditFilter): Promise<AuditFilter> {
  const { actor, ...others } = filter;
  if (!actor || filter.actorId || filter.actorIds) return filter;
  // Checks the filter, before any of it is asked of the database.
  auditConditions(filter);
  const { rows } = await sql<{ id: string }>`/* actors by name */ select a.id from (${actorsCalled(actor)}) a limit 2`.execute(ctx.reads);
  const [first, second] = rows;
  if (!first) return { ...others, actorIds: [] };
  return second ? filter : { ...others, actorId: first.id };
}

/** Entries that are looked at for a page before the database is asked for the best way to find the rarer ones. In the text: see `isPlannedOnce`. */
const nearestRows = 2_000;

/**
 * The nearest entries behind a place. To plan a way through all months for one filter takes longer than to find a page of what is not rare, and
 * a plan for all filters looks at everything for what is.
 */
function nearest(where: readonly RawBuilder<unknown>[], { after }: Window, order: ListOrder): RawBuilder<unknown> {
  const [time, id] = [sql`e.created_at`, sql`e.id`];
  return sql`(select e.* from platform_audit_log e where ${all([...where, ...afterPosition(time, id, order, after)])}
    ${orderBy(time, id, order)} limit ${sql.lit(nearestRows)}) e`;
}

/** The part of a filter for which an index has the entries in the order of time, and what it asks beside. */
function parted(filter: AuditFilter): { readonly indexed: AuditFilter; readonly others: AuditFilter } {
  const { from, to, ...asked } = filter;
  const { actorId, orgId, resourceId, resourceType, ...others } = asked;
  if (actorId) return { indexed: { from, to, actorId }, others: { orgId, resourceId, resourceType, ...others } };
  if (orgId) return { indexed: { from, to, orgId }, others: { resourceId, resourceType, ...others } };
  if (resourceId && resourceType) return { indexed: { from, to, resourceId, resourceType }, others };
  return { indexed: { from, to }, others: asked };
}

/** @throws NotFound */
export async function findEntry(ctx: Context, id: string, selection: Selection): Promise<RowOf<AuditEntry>> {
  const columns = columnsOf(auditEntryShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* audit entry */ select ${selectList(columns)} from platform_audit_log e
    where e.id = ${id}`.execute(ctx.reads);
  const [entry] = nested<RowOf<AuditEntry>>(columns, rows);
  if (!entry) throw new NotFound('audit_entry', id);
  return entry;
}
