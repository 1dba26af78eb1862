import { type RawBuilder, sql } from 'kysely';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import type { Context } from '../context.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { Invalid, NotFound } from '../errors.js';
import { type ConnectionSelection, merged, type Selection } from '../graphql/selection.js';
import { deliveryShape, deliveryTables } from './deliveries.shape.js';
import type { AuthProviderDelivery, AuthProviderDeliveryFilter } from './deliveries.types.js';

const newestFirst: ListOrder = { name: 'created_at_desc', expression: sql`d.created_at`, type: 'timestamptz', direction: 'desc' };

/** A page of the events that the auth provider is or was told of, the newest first. @throws Invalid */
export function listDeliveries(
  ctx: Context,
  filter: AuthProviderDeliveryFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<AuthProviderDelivery>>> {
  const where: RawBuilder<unknown>[] = [];
  if (filter?.state) where.push(sql`d.state = ${filter.state}`);
  if (filter?.event) where.push(sql`d.event = ${filter.event}`);
  if (filter?.userId) where.push(sql`u.public_id = ${filter.userId}`);
  const list = { name: 'auth provider deliveries', shape: deliveryShape, from: deliveryTables, id: sql<string>`d.public_id`, where };
  return readPage(ctx.db, { ...list, order: newestFirst }, page, selection);
}

const snapshot = snapshotSelection('auth_provider_delivery');

async function select(tx: Tx, id: string, selection: Selection, lock = sql``): Promise<RowOf<AuthProviderDelivery>> {
  const columns = columnsOf(deliveryShape, merged(snapshot, selection));
  const { rows } = await sql<Record<string, unknown>>`/* auth provider delivery */ select ${selectList(columns)} from ${deliveryTables}
    where d.public_id = ${id} ${lock}`.execute(tx);
  const [delivery] = nested<RowOf<AuthProviderDelivery>>(columns, rows);
  if (!delivery) throw new NotFound('auth_provider_delivery', id);
  return delivery;
}

/**
 * Has an event tried again at once instead of at the end of its pause.
 * @throws NotFound
 * @throws Invalid where the provider has taken it, or its token has run out
 */
export function retryDelivery(ctx: Context, id: string, selection: Selection): Promise<RowOf<AuthProviderDelivery>> {
  return change(ctx, async ({ tx, record }) => {
    const before = await select(tx, id, selection, sql`for update of d`);
    if (before.state === 'delivered' || before.state === 'expired') {
      throw Invalid.field(['id'], 'This is not tried any more.', 'value_error');
    }
    await sql`update auth_provider_deliveries set next_attempt_at = now() where public_id = ${id}`.execute(tx);
    const after = await select(tx, id, selection);
    const resource = { type: 'auth_provider_delivery', id, displayId: String(before.event) };
    await record({ action: 'auth_provider_delivery.retry', resource, before, after });
    return after;
  });
}
