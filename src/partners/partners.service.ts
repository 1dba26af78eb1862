import { type Kysely, type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import { requireVersion } from '../conditions/requireVersion.js';
import type { Context } from '../context.js';
import { assignments, columnNameOf } from '../db/columns.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, type Shape, selectList } from '../db/shape.js';
import { contains } from '../db/text.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, Invalid, NotFound } from '../errors.js';
import { type ConnectionSelection, merged, type Selection } from '../graphql/selection.js';
import { checkTexts, given, slugRule } from '../input.js';
import type { CreatePartnerInput, Partner, PartnerFilter, UpdatePartnerInput } from './partners.types.js';

const partnerShape: Shape = {
  key: sql`p.id`,
  always: ['id'],
  columns: {
    id: sql`p.public_id`,
    name: sql`p.name`,
    slug: sql`p.slug`,
    partnerType: sql`p.partner_type`,
    status: sql`p.status`,
    displayName: sql`p.display_name`,
    description: sql`p.description`,
    website: sql`p.website`,
    logoUrl: sql`p.logo_url`,
    contactName: sql`p.contact_name`,
    contactEmail: sql`p.contact_email`,
    contactPhone: sql`p.contact_phone`,
    internalNotes: sql`p.internal_notes`,
    extraData: sql`p.extra_data`,
    version: sql`p.version`,
    createdAt: sql`p.created_at`,
    updatedAt: sql`p.updated_at`,
  },
};

const byName: ListOrder = { name: 'name_asc', expression: sql`lower(p.name)`, type: 'text', direction: 'asc' };

/** A page of the partners that match, by name. @throws Invalid */
export function listPartners(
  ctx: Context,
  filter: PartnerFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Partner>>> {
  const where: RawBuilder<unknown>[] = [];
  if (filter?.status) where.push(sql`p.status = ${filter.status}`);
  if (filter?.partnerType) where.push(sql`p.partner_type = ${filter.partnerType}`);
  if (filter?.search) where.push(contains(sql`fold(p.name || ' ' || p.slug)`, filter.search));
  const list = { name: 'partners', shape: partnerShape, from: sql`partners p`, id: sql<string>`p.public_id`, where, order: byName };
  return readPage(ctx.reads, list, page, selection);
}

async function select(db: Kysely<DB> | Tx, id: string, selection: Selection, lock = sql``): Promise<RowOf<Partner>> {
  const columns = columnsOf(partnerShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* partner */ select ${selectList(columns)} from partners p
    where p.public_id = ${id} ${lock}`.execute(db);
  const [partner] = nested<RowOf<Partner>>(columns, rows);
  if (!partner) throw new NotFound('partner', id);
  return partner;
}

/** @throws NotFound */
export function findPartner(ctx: Context, id: string, selection: Selection): Promise<RowOf<Partner>> {
  return select(ctx.db, id, selection);
}

const text = { max: 500, nullable: true };
const address = { max: 2_048, nullable: true };
const textRules = {
  name: { min: 1, max: 200 },
  slug: slugRule,
  displayName: { max: 200, nullable: true },
  description: { max: 2_000, nullable: true },
  website: address,
  logoUrl: address,
  contactName: text,
  contactEmail: { max: 254, nullable: true },
  contactPhone: text,
  internalNotes: { max: 10_000, nullable: true },
};

/** Characters of JSON. */
const maxExtraData = 65_536;

/** The input's fields as the database takes them. @throws Invalid */
function checked(input: Partial<UpdatePartnerInput>, required: readonly (keyof UpdatePartnerInput)[]): Record<string, unknown> {
  checkTexts(['input'], input, textRules);
  const { extraData, ...fields } = given(['input'], input, [...required, 'extraData']);
  if (extraData === undefined) return fields;
  const json = JSON.stringify(extraData);
  if (json.length > maxExtraData) {
    throw Invalid.field(['input', 'extraData'], `This should have at most ${maxExtraData} characters as JSON`, 'value_error');
  }
  return { ...fields, extraData: json };
}

function slugIsTaken(error: unknown): unknown {
  if (violatedUnique(error) !== 'partners_slug_key') return error;
  return new Conflict('The slug is taken by another partner.', { field: 'slug' }, { cause: error });
}

function resourceOf(partner: RowOf<Partner>) {
  const id = String(partner.id);
  return { type: 'partner', id, displayId: partner.slug ?? id };
}

const snapshot = snapshotSelection('partner');

/**
 * Makes a partner.
 * @throws Conflict where the slug is taken
 * @throws Invalid
 */
export async function createPartner(ctx: Context, input: CreatePartnerInput, selection: Selection): Promise<RowOf<Partner>> {
  const { partnerType, extraData, ...details } = input;
  const fields = checked({ ...details, extraData: extraData ?? undefined }, []);
  const values = { ...fields, partnerType: partnerType ?? 'integration' };
  const id = uuidv7();
  return change(ctx, async ({ tx, record }) => {
    try {
      const names = Object.keys(values).map((name) => sql.id(columnNameOf(name)));
      await sql`insert into partners (public_id, ${sql.join(names)}) values (${id}, ${sql.join(Object.values(values))})`.execute(tx);
    } catch (error) {
      throw slugIsTaken(error);
    }
    const partner = await select(tx, id, merged(snapshot, selection));
    await record({ action: 'partner.create', resource: resourceOf(partner), after: partner });
    return partner;
  });
}

async function apply(
  ctx: Context,
  id: string,
  action: string,
  baseVersion: number | undefined,
  changes: Record<string, unknown>,
  selection: Selection,
): Promise<RowOf<Partner>> {
  return change(ctx, async ({ tx, record }) => {
    const before = await select(tx, id, snapshot, sql`for update`);
    requireVersion(ctx, 'partner', before.version, baseVersion);
    try {
      const sets = [...assignments(changes), sql`version = version + 1`, sql`updated_at = now()`];
      await sql`update partners set ${sql.join(sets)} where id = ${before.key}`.execute(tx);
    } catch (error) {
      throw slugIsTaken(error);
    }
    const after = await select(tx, id, merged(snapshot, selection));
    await record({ action, resource: resourceOf(after), before, after });
    return after;
  });
}

/**
 * Changes the named fields of a partner.
 * @throws NotFound
 * @throws Conflict where the partner is at another version, or the slug is taken
 * @throws Invalid
 */
export async function updatePartner(ctx: Context, id: string, input: UpdatePartnerInput, selection: Selection): Promise<RowOf<Partner>> {
  const { baseVersion, ...fields } = input;
  return apply(ctx, id, 'partner.update', baseVersion, checked(fields, ['name', 'slug', 'partnerType', 'status']), selection);
}

/** Archives a partner; archiving it again changes nothing but its version. @throws NotFound */
export async function archivePartner(ctx: Context, id: string, selection: Selection): Promise<RowOf<Partner>> {
  return apply(ctx, id, 'partner.archive', undefined, { status: 'archived' }, selection);
}
