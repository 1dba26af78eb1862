import { type RawBuilder, sql } from 'kysely';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import { requireVersion } from '../conditions/requireVersion.js';
import { actorOf, type Context } from '../context.js';
import { assignments } from '../db/columns.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { type Findable, readById } from '../db/readById.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { searchIn } from '../db/text.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, NotFound } from '../errors.js';
import { type ConnectionSelection, fieldsOf, merged, type Selection } from '../graphql/selection.js';
import { checkTexts, given, requireBetween, slugRule } from '../input.js';
import type { OrgStatus } from './org.enums.js';
import { orgShape } from './orgs.shape.js';
import type { Org, OrgFilter, OrgOrder, UpdateOrgBillingInput, UpdateOrgInput } from './orgs.types.js';

const orders: Readonly<Record<OrgOrder['field'], Pick<ListOrder, 'expression' | 'type'>>> = {
  name: { expression: sql`lower(o.name)`, type: 'text' },
  slug: { expression: sql`o.slug`, type: 'text' },
  created_at: { expression: sql`o.created_at`, type: 'timestamptz' },
};

const byName: OrgOrder = { field: 'name', direction: 'asc' };

function listOf(name: string, where: readonly RawBuilder<unknown>[], { field, direction }: OrgOrder) {
  const order: ListOrder = { name: `${field}_${direction}`, direction, ...orders[field] };
  return { name, shape: orgShape, from: sql`orgs o`, id: sql<string>`o.public_id`, where, order };
}

/** A page of all orgs that match. @throws Invalid */
export function listOrgs(
  ctx: Context,
  filter: OrgFilter | null | undefined,
  orderBy: OrgOrder | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Org>>> {
  const where: RawBuilder<unknown>[] = [];
  if (filter?.status) where.push(sql`o.status = ${filter.status}`);
  const search = searchIn(sql`o.search_text`, filter?.search);
  return readPage(ctx.reads, { ...listOf('orgs', where, orderBy ?? byName), search }, page, selection);
}

/**
 * A page of the orgs that the caller can work in: active memberships of active orgs, orgs to which they were granted
 * access, and every org for an admin with global access.
 * @throws Unauthenticated
 * @throws Invalid
 */
export function listMyOrgs(ctx: Context, page: PageArgs, selection: ConnectionSelection): Promise<Page<RowOf<Org>>> {
  const actor = actorOf(ctx);
  const reachable = [...actor.orgs.keys(), ...actor.orgAccess];
  const where = actor.isGlobalAccess ? [] : [sql`o.public_id = any (${reachable}::uuid[])`];
  return readPage(ctx.reads, listOf('my orgs', where, byName), page, selection);
}

const findable: Findable = { name: 'org', shape: orgShape, from: sql`orgs o`, id: sql`o.public_id` };

/** @throws NotFound */
export async function findOrg(ctx: Context, id: string, selection: Selection): Promise<RowOf<Org>> {
  const org = await readById<RowOf<Org>>(ctx.reads, findable, id, selection);
  if (!org) throw new NotFound('org', id);
  return org;
}

const snapshot = merged(snapshotSelection('org'), fieldsOf(['isPlatform']));
const snapshotColumns = columnsOf(orgShape, snapshot);

/** The org as it stands, locked until the transaction ends. @throws NotFound */
export async function lockOrg(tx: Tx, id: string): Promise<RowOf<Org>> {
  const { rows } = await sql<
    Record<string, unknown>
  >`/* org */ select ${selectList(snapshotColumns)} from orgs o where o.public_id = ${id} for update`.execute(tx);
  const [org] = nested<RowOf<Org>>(snapshotColumns, rows);
  if (!org) throw new NotFound('org', id);
  return org;
}

/** Writes and reads back in one statement. @throws Conflict naming a slug that is taken */
async function writeOrg(tx: Tx, key: string, changes: object, selection: Selection): Promise<RowOf<Org>> {
  const columns = columnsOf(orgShape, merged(snapshot, selection));
  const sets = [...assignments({ ...changes }), sql`version = version + 1`, sql`updated_at = now()`];
  try {
    const { rows } = await sql<
      Record<string, unknown>
    >`update orgs o set ${sql.join(sets)} where o.id = ${key} returning ${selectList(columns)}`.execute(tx);
    const [org] = nested<RowOf<Org>>(columns, rows);
    if (!org) throw new Error('A locked org was gone.');
    return org;
  } catch (error) {
    throw slugIsTaken(error);
  }
}

const text = { max: 500, nullable: true };
const email = { max: 254, nullable: true };
/** What the texts of an org may be. */
export const orgTextRules = {
  name: { min: 1, max: 200 },
  slug: slugRule,
  billingEmail: email,
  contactEmail: email,
  contactName: text,
  contactPhone: text,
  hqAddressLine1: text,
  hqAddressLine2: text,
  hqCity: text,
  hqCountry: text,
  hqPostalCode: text,
  hqState: text,
  internalNotes: { max: 10_000, nullable: true },
  taxId: text,
  website: { max: 2_048, nullable: true },
};

/** The error of a write as callers know it. */
export function slugIsTaken(error: unknown): unknown {
  if (violatedUnique(error) !== 'orgs_slug_key') return error;
  return new Conflict('The slug is taken by another org.', { field: 'slug' }, { cause: error });
}

/** A change of one org that was checked as far as the input goes. */
export interface OrgChange {
  /** What the trail calls it. */
  readonly action: string;
  /** The version that it is based on; absent where it holds for any. */
  readonly baseVersion?: number | null;
  readonly changes: Partial<UpdateOrgInput> & { readonly status?: OrgStatus };
  /** Throws where the org, as it was locked, is in the way. */
  readonly check?: (org: RowOf<Org>) => void;
}

/**
 * Writes a change of an org, and records it.
 * @throws NotFound
 * @throws Conflict where the org is at another version, or the slug is taken
 */
export async function applyToOrg(
  ctx: Context,
  id: string,
  { action, baseVersion, changes, check }: OrgChange,
  selection: Selection,
): Promise<RowOf<Org>> {
  return change(ctx, async ({ tx, record }) => {
    const before = await lockOrg(tx, id);
    requireVersion(ctx, 'org', before.version, baseVersion);
    check?.(before);
    const after = await writeOrg(tx, before.key, changes, selection);
    await record({
      action,
      resource: { type: 'org', id, displayId: after.slug ?? id },
      org: { key: before.key, id, name: after.name ?? id },
      before,
      after,
    });
    return after;
  });
}

/**
 * Changes the named fields of an org.
 * @throws NotFound
 * @throws Conflict where the org is at another version, or the slug is taken
 * @throws Invalid
 */
export async function updateOrg(ctx: Context, id: string, input: UpdateOrgInput, selection: Selection): Promise<RowOf<Org>> {
  const { baseVersion, ...fields } = input;
  checkTexts(['input'], fields, orgTextRules);
  requireBetween('maxLocations', fields.maxLocations, 1);
  const changes = given(['input'], fields, ['name', 'slug', 'accountType', 'onboardingStatus', 'maxLocations']);
  return applyToOrg(ctx, id, { action: 'org.update', baseVersion, changes }, selection);
}

/** The fields of an org that are its billing. */
const billingFields = fieldsOf(['accountType', 'maxLocations', 'billingEmail', 'version']);

/** @throws NotFound */
export async function findOrgBilling(ctx: Context, id: string): Promise<RowOf<Org>> {
  return findOrg(ctx, id, billingFields);
}

/**
 * Changes the named fields of an org's billing, and the org's version with it.
 * @throws NotFound
 * @throws Conflict where a base version is given and the org is at another
 * @throws Invalid
 */
export async function updateOrgBilling(ctx: Context, id: string, input: UpdateOrgBillingInput): Promise<RowOf<Org>> {
  const { baseVersion, ...fields } = input;
  checkTexts(['input'], fields, { billingEmail: email });
  requireBetween('maxLocations', fields.maxLocations, 1);
  const changes = given(['input'], fields, ['accountType', 'maxLocations']);
  return applyToOrg(ctx, id, { action: 'org.update_billing', baseVersion, changes }, billingFields);
}
