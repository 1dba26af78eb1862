import { type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { WorkspaceAction } from '../access/workspaceRoles.js';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import { requireVersion } from '../conditions/requireVersion.js';
import { actorOf, type Context } from '../context.js';
import { type ChildList, readChildPages } from '../db/childPages.js';
import { assignments } from '../db/columns.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { type Findable, readById } from '../db/readById.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { searchIn } from '../db/text.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, NotFound } from '../errors.js';
import { batched } from '../graphql/batch.js';
import { type ConnectionSelection, merged, pageKeyOf, type Selection } from '../graphql/selection.js';
import { checkTexts, given, slugRule } from '../input.js';
import { enterWorkspace, orgOf } from './enterWorkspace.js';
import { insertMember, readBack, recordMember, requireOrgMember } from './workspaceMembers.rows.js';
import { workspaceShape, workspaceTables } from './workspaces.shape.js';
import type { CreateWorkspaceInput, UpdateWorkspaceInput, Workspace, WorkspaceFilter, WorkspaceOrder } from './workspaces.types.js';

const orders: Readonly<Record<WorkspaceOrder['field'], Pick<ListOrder, 'expression' | 'type'>>> = {
  name: { expression: sql`lower(w.name)`, type: 'text' },
  created_at: { expression: sql`w.created_at`, type: 'timestamptz' },
};

export interface WorkspacesArgs extends PageArgs {
  readonly filter?: WorkspaceFilter | null;
  readonly orderBy?: WorkspaceOrder | null;
}

function listOf(name: string, { filter, orderBy }: WorkspacesArgs): ChildList {
  const { field, direction } = orderBy ?? { field: 'name', direction: 'asc' };
  const where: RawBuilder<unknown>[] = [filter?.isArchived ? sql`w.archived_at is not null` : sql`w.archived_at is null`];
  if (filter?.orgId) where.push(sql`o.public_id = ${filter.orgId}`);
  return {
    name,
    shape: workspaceShape,
    from: workspaceTables,
    id: sql`w.public_id`,
    parent: sql`w.org_id`,
    where,
    search: searchIn(sql`w.search_text`, filter?.search),
    order: { name: `${field}_${direction}`, direction, ...orders[field] },
  };
}

/** A page of the workspaces of every org that match. @throws Invalid */
export function listWorkspaces(ctx: Context, args: WorkspacesArgs, selection: ConnectionSelection): Promise<Page<RowOf<Workspace>>> {
  return readPage(ctx.reads, listOf('workspaces', args), args, selection);
}

/** A page of an org's workspaces that match, loaded together with those of other orgs. @throws Invalid */
export function workspacesOfOrg(
  ctx: Context,
  orgKey: string,
  args: WorkspacesArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Workspace>>> {
  const name = ['org.workspaces', args, pageKeyOf(selection)];
  return batched(ctx, name, orgKey, (keys) =>
    readChildPages<RowOf<Workspace>>(ctx.reads, listOf('org workspaces', args), keys, args, selection),
  );
}

const findable: Findable = { name: 'workspace', shape: workspaceShape, from: workspaceTables, id: sql`w.public_id` };

async function selectWorkspace(tx: Tx, id: string, selection: Selection): Promise<RowOf<Workspace>> {
  const columns = columnsOf(workspaceShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* workspace */ select ${selectList(columns)} from ${workspaceTables}
    where w.public_id = ${id}`.execute(tx);
  const [workspace] = nested<RowOf<Workspace>>(columns, rows);
  if (!workspace) throw new NotFound('workspace', id);
  return workspace;
}

/** Archived or not. @throws NotFound */
export async function findWorkspace(ctx: Context, id: string, selection: Selection): Promise<RowOf<Workspace>> {
  const workspace = await readById<RowOf<Workspace>>(ctx.reads, findable, id, selection);
  if (!workspace) throw new NotFound('workspace', id);
  return workspace;
}

const snapshot = snapshotSelection('workspace');
const description = { max: 2_000, nullable: true };

function slugIsTaken(error: unknown): unknown {
  if (violatedUnique(error) !== 'workspaces_slug_key') return error;
  return new Conflict('The slug is taken by another workspace of the org.', { field: 'slug' }, { cause: error });
}

function resourceOf(workspace: RowOf<Workspace>) {
  const id = String(workspace.id);
  return { type: 'workspace', id, displayId: workspace.slug ?? id };
}

/**
 * Makes a workspace, with its first owner.
 * @throws NotFound
 * @throws Conflict where the slug is taken
 * @throws Invalid where the owner is no active member of the org
 */
export async function createWorkspace(
  ctx: Context,
  orgId: string,
  input: CreateWorkspaceInput,
  selection: Selection,
): Promise<RowOf<Workspace>> {
  checkTexts(['input'], input, { name: { min: 1, max: 200 }, slug: slugRule, description });
  const actor = actorOf(ctx);
  const id = uuidv7();
  const ownerId = input.ownerId ?? actor.id;
  return change(ctx, async ({ tx, record }) => {
    const org = await lockOrg(tx, orgId);
    const ownerKey = await requireOrgMember(tx, org.key, ownerId, ['input', 'ownerId']);
    const key = await insertWorkspace(tx, org.key, id, input);
    await insertMember(tx, { key, orgKey: org.key }, ownerKey, 'owner', actor.key);
    const workspace = await selectWorkspace(tx, id, merged(snapshot, selection));
    await record({ action: 'workspace.create', resource: resourceOf(workspace), org, after: workspace });
    await recordMember(record, 'add', org, undefined, await readBack(tx, key, ownerId));
    return workspace;
  });
}

/** The org, which stays open until the transaction ends. @throws NotFound @throws Conflict where it is closed */
async function lockOrg(tx: Tx, id: string): Promise<{ key: string; id: string; name: string }> {
  const { rows } = await sql<{ key: string; name: string; status: string }>`select o.id as key, o.name, o.status
    from orgs o where o.public_id = ${id} for share`.execute(tx);
  const [org] = rows;
  if (!org) throw new NotFound('org', id);
  if (org.status !== 'active') throw new Conflict('The org is not open to its members.');
  return { key: org.key, id, name: org.name };
}

async function insertWorkspace(tx: Tx, orgKey: string, id: string, { name, slug, description }: CreateWorkspaceInput): Promise<string> {
  try {
    const { rows } = await sql<{ key: string }>`insert into workspaces (public_id, org_id, name, slug, description)
      values (${id}, ${orgKey}, ${name}, ${slug}, ${description ?? null}) returning id as key`.execute(tx);
    return String(rows[0]?.key);
  } catch (error) {
    throw slugIsTaken(error);
  }
}

async function apply(
  ctx: Context,
  workspaceId: string,
  action: WorkspaceAction,
  baseVersion: number | null | undefined,
  sets: readonly RawBuilder<unknown>[],
  selection: Selection,
): Promise<RowOf<Workspace>> {
  return change(ctx, async ({ tx, record }) => {
    const { workspace } = await enterWorkspace(ctx, tx, { workspaceId }, action);
    const before = await selectWorkspace(tx, workspaceId, snapshot);
    requireVersion(ctx, 'workspace', before.version, baseVersion);
    try {
      const all = [...sets, sql`version = version + 1`, sql`updated_at = now()`];
      await sql`update workspaces set ${sql.join(all)} where id = ${workspace.key}`.execute(tx);
    } catch (error) {
      throw slugIsTaken(error);
    }
    const after = await selectWorkspace(tx, workspaceId, merged(snapshot, selection));
    await record({
      action: action.replace('workspaces:', 'workspace.'),
      resource: resourceOf(after),
      org: orgOf(workspace),
      before,
      after,
    });
    return after;
  });
}

/**
 * Changes the named fields of a workspace.
 * @throws NotFound
 * @throws Forbidden
 * @throws Conflict where the workspace is at another version or archived, or the slug is taken
 * @throws Invalid
 */
export async function updateWorkspace(
  ctx: Context,
  id: string,
  input: UpdateWorkspaceInput,
  selection: Selection,
): Promise<RowOf<Workspace>> {
  const { baseVersion, ...fields } = input;
  checkTexts(['input'], fields, { name: { min: 1, max: 200 }, slug: slugRule, description });
  const changes = given(['input'], fields, ['name', 'slug']);
  return apply(ctx, id, 'workspaces:update', baseVersion, assignments(changes), selection);
}

/**
 * Archives a workspace: it leaves every list, its slug is free again, and nothing in it can be changed any more.
 * @throws NotFound
 * @throws Forbidden
 * @throws Conflict where it is archived already, or a base version is given and it is at another
 */
export async function archiveWorkspace(
  ctx: Context,
  id: string,
  baseVersion: number | null | undefined,
  selection: Selection,
): Promise<RowOf<Workspace>> {
  return apply(ctx, id, 'workspaces:archive', baseVersion, [sql`archived_at = now()`], selection);
}
