import { createHash, randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Platform } from '../../context.js';
import type { DB } from '../../db/types.generated.js';
import { Conflict, Invalid, NotFound } from '../../errors.js';
import { change } from '../change.js';
import type { Tx } from '../entry.js';
import type { Author } from '../record.js';
import { lastBatch } from '../seal/batches.js';
import { uuidBytes } from '../seal/checkpointFile.js';

/** A month that was dropped. */
export interface Dropped {
  /** `2025-01` */
  readonly month: string;
  readonly entries: number;
}

export interface Hold {
  readonly id: string;
  readonly fromMonth: string;
  readonly toMonth: string;
  readonly reason: string;
  readonly placedAt: string;
}

const monthForm = /^\d{4}-(0[1-9]|1[0-2])$/;

/** @throws Invalid naming the option */
function checkMonth(option: string, month: string): string {
  if (!monthForm.test(month)) throw Invalid.field([option], 'This is no month: write it as 2025-01.');
  return `${month}-01`;
}

/** A command of the operator, at the machine: the trail names the system. */
function operator(db: Kysely<DB>): Pick<Platform, 'db'> & Author & { conditions: null } {
  return { db, actor: null, origin: { traceId: randomBytes(16).toString('hex'), ipAddress: null, userAgent: null }, conditions: null };
}

/**
 * Drops the months of the log before one, the oldest first, each in a transaction of its own with the entry that tells of it. Needs the
 * owner of the tables.
 * @throws Conflict where a hold keeps a month, or an entry of it is not sealed: nothing of that month is dropped, nor of later ones
 */
export async function dropMonthsBefore(db: Kysely<DB>, before: string): Promise<Dropped[]> {
  const { rows } = await sql<{ month: string }>`
    select to_char(to_date(substring(c.relname from '\\d{4}_\\d\\d$'), 'YYYY_MM'), 'YYYY-MM') as month
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'platform_audit_log'::regclass
      and to_date(substring(c.relname from '\\d{4}_\\d\\d$'), 'YYYY_MM') < ${checkMonth('before', before)}::date
      and to_date(substring(c.relname from '\\d{4}_\\d\\d$'), 'YYYY_MM') < date_trunc('month', now() at time zone 'UTC')
    order by 1`.execute(db);
  const dropped: Dropped[] = [];
  for (const { month } of rows) dropped.push(await dropMonth(db, month));
  return dropped;
}

function dropMonth(db: Kysely<DB>, month: string): Promise<Dropped> {
  const first = `${month}-01`;
  const partition = sql.table(`platform_audit_log_${month.replace('-', '_')}`);
  return change(operator(db), async ({ tx, record }) => {
    await sql`lock table ${partition} in access exclusive mode`.execute(tx);
    await requireNoHold(tx, month);
    await requireSealed(tx, month, partition);
    const { rows } = await sql<{ id: string }>`select id from ${partition} order by xid, id`.execute(tx);
    const ids = Buffer.concat(rows.map(({ id }) => uuidBytes(id)));
    await sql`insert into audit_drops (month, entries, ids) values (${first}::date, ${rows.length}, ${ids})`.execute(tx);
    const resource = { type: 'audit_log', id: month, displayId: `audit log of ${month}` };
    const idsSha256 = createHash('sha256').update(ids).digest('hex');
    const earlierDrops = await dropsToldOfIn(tx, partition);
    await record({ action: 'audit_log.drop', resource, after: { entries: rows.length, idsSha256, ...(earlierDrops && { earlierDrops }) } });
    await sql`select forget_audit_counts(${first}::date)`.execute(tx);
    await dropSnapshots(tx, partition);
    await sql`drop table ${partition}`.execute(tx);
    return { month, entries: rows.length };
  });
}

/**
 * The hashes of the ids that were dropped of other months, as far as entries of this one tell of them: who drops it tells of them from then on,
 * so that what was dropped is proved for as long as there is a trail.
 * @returns by month; null where there are none
 */
async function dropsToldOfIn(tx: Tx, partition: ReturnType<typeof sql.table>): Promise<Readonly<Record<string, string>> | null> {
  const { rows } = await sql<{ drops: Readonly<Record<string, string>> | null }>`
    select jsonb_object_agg(d.month, d.hash) as drops from ${partition} p join audit_snapshots s on s.entry_id = p.id,
      lateral (select p.resource_id as month, s.after->>'idsSha256' as hash
        union all select key, value from jsonb_each_text(coalesce(s.after->'earlierDrops', '{}'))) d
    where p.action = 'audit_log.drop'`.execute(tx);
  return rows[0]?.drops ?? null;
}

async function requireNoHold(tx: Tx, month: string): Promise<void> {
  const { rows } = await sql<{ id: string; reason: string }>`select id, reason from audit_holds
    where released_at is null and ${`${month}-01`}::date between from_month and to_month for share`.execute(tx);
  const [hold] = rows;
  if (hold) throw new Conflict(`The hold ${hold.id} keeps ${month}: ${hold.reason}`);
}

async function requireSealed(tx: Tx, month: string, partition: ReturnType<typeof sql.table>): Promise<void> {
  const last = await lastBatch(tx);
  const { rows } = await sql`select from ${partition} p
    where (p.xid, p.id) > (${last?.end.xid ?? '0'}::xid8, ${last?.end.id ?? '00000000-0000-0000-0000-000000000000'}::uuid) limit 1`.execute(
    tx,
  );
  if (rows.length > 0) throw new Conflict(`${month} has entries that are not sealed: wait for the worker.`);
}

/** Only the owner can do so: who refuses changes is told to look away for this transaction. */
async function dropSnapshots(tx: Tx, partition: ReturnType<typeof sql.table>): Promise<void> {
  await sql`alter table audit_snapshots disable trigger audit_snapshots_are_append_only`.execute(tx);
  await sql`delete from audit_snapshots s using ${partition} p where s.entry_id = p.id`.execute(tx);
  await sql`alter table audit_snapshots enable trigger audit_snapshots_are_append_only`.execute(tx);
}

/** Keeps months, both included, until the hold is released. @throws Invalid */
export async function placeHold(db: Kysely<DB>, { from, to, reason }: { from: string; to: string; reason: string }): Promise<string> {
  const [fromMonth, toMonth] = [checkMonth('from', from), checkMonth('to', to)];
  if (toMonth < fromMonth) throw Invalid.field(['to'], 'The hold ends before it begins.');
  if (reason.trim() === '' || reason.length > 500) throw Invalid.field(['reason'], 'A hold has a reason of at most 500 characters.');
  const id = uuidv7();
  return change(operator(db), async ({ tx, record }) => {
    await sql`insert into audit_holds (id, from_month, to_month, reason) values (${id}, ${fromMonth}::date, ${toMonth}::date, ${reason})`.execute(
      tx,
    );
    const resource = { type: 'audit_log', id, displayId: `hold of ${from} to ${to}` };
    await record({ action: 'audit_log.hold', resource, after: { fromMonth: from, toMonth: to, reason } });
    return id;
  });
}

/** @throws NotFound where there is no such hold, or it was released already */
export async function releaseHold(db: Kysely<DB>, id: string): Promise<void> {
  await change(operator(db), async ({ tx, record }) => {
    const { rows } =
      await sql`update audit_holds set released_at = now() where id::text = ${id} and released_at is null returning id`.execute(tx);
    if (rows.length === 0) throw new NotFound('audit_hold', id);
    await record({ action: 'audit_log.release', resource: { type: 'audit_log', id, displayId: 'hold' } });
  });
}

/** Holds that keep something, the oldest first. */
export async function listHolds(db: Kysely<DB>): Promise<Hold[]> {
  const { rows } =
    await sql<Hold>`select id, to_char(from_month, 'YYYY-MM') as "fromMonth", to_char(to_month, 'YYYY-MM') as "toMonth", reason,
    placed_at as "placedAt" from audit_holds where released_at is null order by placed_at, id`.execute(db);
  return rows;
}
