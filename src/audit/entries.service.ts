import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { NotFound } from '../errors.js';
import type { Selection } from '../graphql/selection.js';
import { type AuditFilter, auditConditions } from './audit.filter.js';
import { auditEntryShape } from './audit.shape.js';
import type { AuditEntry, AuditEntryOrder } from './audit.types.js';

const orders: Readonly<Record<AuditEntryOrder['field'], Pick<ListOrder, 'expression' | 'type'>>> = {
  created_at: { expression: sql`e.created_at`, type: 'timestamptz' },
  action: { expression: sql`e.action`, type: 'text' },
  resource_type: { expression: sql`e.resource_type`, type: 'text' },
  actor_id: { expression: sql`e.actor_id`, type: 'text' },
};

/** A page of the entries that match, the latest first where no order is given. It is never counted here. @throws Invalid */
export function listEntries(
  ctx: Context,
  filter: AuditFilter | null | undefined,
  orderBy: AuditEntryOrder | null | undefined,
  page: PageArgs,
  node: Selection,
): Promise<Page<RowOf<AuditEntry>>> {
  const { field, direction } = orderBy ?? { field: 'created_at', direction: 'desc' };
  const order: ListOrder = { name: `${field}_${direction}`, direction, ...orders[field] };
  const conditions = auditConditions(filter);
  // A statement with no parameter is not prepared; this one lets everything through.
  const where: readonly RawBuilder<unknown>[] = conditions.length > 0 ? conditions : [sql`e.created_at <= ${'infinity'}::timestamptz`];
  // What is searched for decides between the order of time and the index of texts.
  const isPlannedOnce = !filter?.search && !filter?.actor;
  const list = {
    name: 'audit entries',
    shape: auditEntryShape,
    from: sql`platform_audit_log e`,
    id: sql<string>`e.id`,
    where,
    order,
    isPlannedOnce,
  };
  return readPage(ctx.reads, list, page, { node, wantsTotal: false });
}

/** @throws NotFound */
export async function findEntry(ctx: Context, id: string, selection: Selection): Promise<RowOf<AuditEntry>> {
  const columns = columnsOf(auditEntryShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* audit entry */ select ${selectList(columns)} from platform_audit_log e
    where e.id = ${id}`.execute(ctx.reads);
  const [entry] = nested<RowOf<AuditEntry>>(columns, rows);
  if (!entry) throw new NotFound('audit entry', id);
  return entry;
}
