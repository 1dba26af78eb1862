import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { AuditOutcome } from '../audit/audit.enums.js';
import { type AuditFilter, auditConditions } from '../audit/audit.filter.js';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import { requireVersion } from '../conditions/requireVersion.js';
import { actorOf, type Context } from '../context.js';
import { assignments } from '../db/columns.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, type Shape, selectList } from '../db/shape.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, Forbidden, Invalid, NotFound } from '../errors.js';
import { type ConnectionSelection, fieldsOf, merged, type Selection } from '../graphql/selection.js';
import { checkTexts, given } from '../input.js';
import type { AuditView, CreateAuditViewInput, UpdateAuditViewInput } from './auditViews.types.js';

const ownerShape: Shape = { key: sql`u.id`, columns: { id: sql`u.public_id`, displayName: sql`u.display_name` } };

const viewShape: Shape = {
  key: sql`v.id`,
  always: ['id'],
  columns: {
    id: sql`v.public_id`,
    name: sql`v.name`,
    description: sql`v.description`,
    filter: sql`v.filter`,
    isShared: sql`v.is_shared`,
    version: sql`v.version`,
    createdAt: sql`v.created_at`,
    updatedAt: sql`v.updated_at`,
  },
  joined: { owner: ownerShape },
};

const from = sql`audit_views v join users u on u.id = v.owner_id`;
const byName: ListOrder = { name: 'name_asc', expression: sql`lower(v.name)`, type: 'text', direction: 'asc' };

/** The caller's views, and those that others share, by name. @throws Invalid */
export function listViews(ctx: Context, page: PageArgs, selection: ConnectionSelection): Promise<Page<RowOf<AuditView>>> {
  const where = [sql`(v.owner_id = ${actorOf(ctx).key} or v.is_shared)`];
  return readPage(ctx.db, { name: 'audit views', shape: viewShape, from, id: sql`v.public_id`, where, order: byName }, page, selection);
}

/** A view that the caller may know of. @throws NotFound also for one that another keeps for themselves */
async function select(ctx: Context, db: Kysely<DB> | Tx, id: string, selection: Selection, lock = sql``): Promise<RowOf<AuditView>> {
  const columns = columnsOf(viewShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* audit view */ select ${selectList(columns)} from ${from}
    where v.public_id = ${id} and (v.owner_id = ${actorOf(ctx).key} or v.is_shared) ${lock}`.execute(db);
  const [view] = nested<RowOf<AuditView>>(columns, rows);
  if (!view) throw new NotFound('audit_view', id);
  return view;
}

/** @throws NotFound also for one that another keeps for themselves */
export function findView(ctx: Context, id: string, selection: Selection): Promise<RowOf<AuditView>> {
  return select(ctx, ctx.db, id, selection);
}

const snapshot = merged(snapshotSelection('audit_view'), new Map([['owner', fieldsOf(['id'])]]));

/** A view of the caller's own, locked until the transaction ends. @throws NotFound @throws Forbidden for another's that is shared */
async function lockOwn(ctx: Context, tx: Tx, id: string): Promise<RowOf<AuditView>> {
  const view = await select(ctx, tx, id, snapshot, sql`for update of v`);
  if (view.owner?.id !== actorOf(ctx).id) throw new Forbidden('owner', { message: 'Only who made a view changes it.' });
  return view;
}

const outcomeNames = Object.fromEntries(Object.entries(AuditOutcome).map(([name, value]) => [value, name]));

/** A filter as a caller writes it, without what says nothing. @throws Invalid where it could not be read by */
function written(filter: AuditFilter): string {
  try {
    auditConditions(filter);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const [first, ...others] = error.issues.map((issue) => ({ ...issue, path: ['input', ...issue.path] }));
    throw first ? new Invalid([first, ...others]) : error;
  }
  const { outcome, ...conditions } = filter;
  const said = Object.entries({ ...conditions, ...(outcome && { outcome: outcomeNames[outcome] }) });
  return JSON.stringify(Object.fromEntries(said.filter(([, value]) => value !== null && value !== undefined)));
}

const textRules = { name: { min: 1, max: 200 }, description: { max: 2_000 } };

function nameIsTaken(error: unknown): unknown {
  if (violatedUnique(error) !== 'audit_views_name_key') return error;
  return new Conflict('The name is taken by another of your views.', { field: 'name' }, { cause: error });
}

function resourceOf(view: RowOf<AuditView>) {
  const id = String(view.id);
  return { type: 'audit_view', id, displayId: view.name ?? id };
}

/**
 * Keeps a view of the caller's.
 * @throws Conflict where another of their views has the name
 * @throws Invalid
 */
export async function createView(ctx: Context, input: CreateAuditViewInput, selection: Selection): Promise<RowOf<AuditView>> {
  const { name, description, filter, isShared } = input;
  checkTexts(['input'], { name, description }, textRules);
  const id = uuidv7();
  return change(ctx, async ({ tx, record }) => {
    try {
      await sql`insert into audit_views (public_id, owner_id, name, description, filter, is_shared)
        values (${id}, ${actorOf(ctx).key}, ${name}, ${description}, ${written(filter)}::jsonb, ${isShared})`.execute(tx);
    } catch (error) {
      throw nameIsTaken(error);
    }
    const view = await select(ctx, tx, id, merged(snapshot, selection));
    await record({ action: 'audit_view.create', resource: resourceOf(view), after: view });
    return view;
  });
}

/**
 * Changes the named fields of a view.
 * @throws NotFound
 * @throws Forbidden where the view is another's
 * @throws Conflict where it is at another version, or the name is taken
 * @throws Invalid
 */
export async function updateView(ctx: Context, id: string, input: UpdateAuditViewInput, selection: Selection): Promise<RowOf<AuditView>> {
  const { baseVersion, ...fields } = input;
  checkTexts(['input'], fields, textRules);
  const { filter, ...changes } = given(['input'], fields, ['name', 'description', 'filter', 'isShared']);
  const sets = [
    ...assignments(changes),
    ...(filter ? [sql`filter = ${written(filter)}::jsonb`] : []),
    sql`version = version + 1`,
    sql`updated_at = now()`,
  ];
  return change(ctx, async ({ tx, record }) => {
    const before = await lockOwn(ctx, tx, id);
    requireVersion(ctx, 'audit view', before.version, baseVersion);
    try {
      await sql`update audit_views set ${sql.join(sets)} where id = ${before.key}`.execute(tx);
    } catch (error) {
      throw nameIsTaken(error);
    }
    const after = await select(ctx, tx, id, merged(snapshot, selection));
    await record({ action: 'audit_view.update', resource: resourceOf(after), before, after });
    return after;
  });
}

/**
 * Removes a view for good.
 * @throws NotFound
 * @throws Forbidden where the view is another's
 * @throws Conflict where it is at another version
 */
export async function deleteView(ctx: Context, id: string, baseVersion: number | null): Promise<void> {
  await change(ctx, async ({ tx, record }) => {
    const before = await lockOwn(ctx, tx, id);
    requireVersion(ctx, 'audit view', before.version, baseVersion);
    await sql`delete from audit_views where id = ${before.key}`.execute(tx);
    await record({ action: 'audit_view.delete', resource: resourceOf(before), before });
  });
}
