import type { Kysely } from 'kysely';
import type pg from 'pg';
import type { AuditFilter } from '../../../src/audit/audit.filter.js';
import { auditSeries, auditStats, auditTop, countEntries } from '../../../src/audit/counts/counts.service.js';
import { listEntries } from '../../../src/audit/entries.service.js';
import type { Context } from '../../../src/context.js';
import type { DB } from '../../../src/db/types.generated.js';
import { fieldsOf } from '../../../src/graphql/selection.js';

/** One question, as the product answers it and as plain SQL on the log does. */
export interface Question {
  readonly name: string;
  /** Milliseconds that the database should need at most. */
  readonly aim: number;
  readonly ask: () => Promise<unknown>;
  readonly plain: () => Promise<unknown>;
}

const columns = 'id, created_at, action, actor_id, actor_display_name, resource_type, resource_display_id, org_id, org_name';
const node = fieldsOf([
  'id',
  'createdAt',
  'action',
  'actorId',
  'actorDisplayName',
  'resourceType',
  'resourceDisplayId',
  'orgId',
  'orgName',
]);
const searched = `lower(coalesce(actor_display_name, '') || ' ' || actor_id || ' ' || resource_type || ' ' || resource_id || ' ' || resource_display_id)`;

/** What is counted ahead, a page at any depth, and a search. */
const aims = { count: 5, page: 2, search: 25 } as const;

/** @param depth rows before the deep page */
export async function questionsOf(db: Kysely<DB>, pool: pg.Pool, depth: number): Promise<Question[]> {
  // The services of the trail read nothing of a request but its database.
  const ctx = { db, reads: db, loaders: new Map() } as unknown as Context;
  const [org, actor] = await Promise.all(['org_id', 'actor_id'].map((column) => middlingOf(pool, column)));
  const { id, at } = await placeOf(pool, depth);
  const monthAgo = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const rare = 'user-1a3';
  const list = (filter: AuditFilter, after?: string) =>
    listEntries(ctx, filter, null, { first: 50, after }, { node, wantsTotal: false, wantsCursors: false, wantsNext: true });
  const deep = Buffer.from(JSON.stringify(['created_at_desc', at, id])).toString('base64url');
  const all = fieldsOf(['totalEntries', 'todayCount', 'activeActorsToday', 'byAction', 'byResourceType']);
  const query = (text: string, values: unknown[] = []) => pool.query(text, values);
  const newest = 'order by created_at desc, id desc limit 50';

  return [
    {
      name: 'stats, all',
      aim: aims.count,
      ask: () => auditStats(ctx, {}, all),
      plain: async () => {
        await query('select action, resource_type, count(*) from platform_audit_log group by 1, 2');
        await query(
          `select count(*), count(distinct actor_id) from platform_audit_log where created_at >= date_trunc('day', now(), 'UTC')`,
        );
      },
    },
    {
      name: 'stats of an org',
      aim: aims.count,
      ask: () => auditStats(ctx, { orgId: org }, all),
      plain: async () => {
        await query('select action, resource_type, count(*) from platform_audit_log where org_id = $1 group by 1, 2', [org]);
        await query(
          `select count(*), count(distinct actor_id) from platform_audit_log where org_id = $1 and created_at >= date_trunc('day', now(), 'UTC')`,
          [org],
        );
      },
    },
    { name: 'total', aim: aims.count, ask: () => countEntries(ctx, {}), plain: () => query('select count(*) from platform_audit_log') },
    { name: 'first page', aim: aims.page, ask: () => list({}), plain: () => query(`select ${columns} from platform_audit_log ${newest}`) },
    {
      name: 'page of an org and an action',
      aim: aims.page,
      ask: () => list({ orgId: org, actions: ['org.update'] }),
      plain: () => query(`select ${columns} from platform_audit_log where org_id = $1 and action = 'org.update' ${newest}`, [org]),
    },
    {
      name: 'page of an org and a rare action',
      aim: aims.page,
      ask: () => list({ orgId: org, actions: ['org.delete'] }),
      plain: () => query(`select ${columns} from platform_audit_log where org_id = $1 and action = 'org.delete' ${newest}`, [org]),
    },
    {
      name: `page at depth ${depth.toLocaleString('en-US')}`,
      aim: aims.page,
      ask: () => list({}, deep),
      plain: () => query(`select ${columns} from platform_audit_log ${newest} offset ${depth}`),
    },
    {
      name: 'filtered page at that depth',
      aim: aims.page,
      ask: () => list({ actions: ['user.update'] }, deep),
      plain: () =>
        query(`select ${columns} from platform_audit_log where action = 'user.update' and (created_at, id) < ($1, $2) ${newest}`, [at, id]),
    },
    {
      name: 'rare text in 30 days',
      aim: aims.search,
      ask: () => list({ search: rare, from: monthAgo }),
      plain: () =>
        query(`select ${columns} from platform_audit_log where created_at >= $1 and ${searched} || '' like $2 ${newest}`, [
          monthAgo,
          `%${rare}%`,
        ]),
    },
    {
      name: 'by the actor’s id',
      aim: aims.page,
      ask: () => list({ actorId: actor }),
      plain: () => query(`select ${columns} from platform_audit_log where actor_id = $1 ${newest}`, [actor]),
    },
    {
      name: 'by the actor’s email',
      aim: aims.page,
      ask: () => list({ actor: 'user.4000@bench' }),
      plain: () =>
        query(
          `select ${columns} from platform_audit_log where actor_id in (select public_id::text from users where email like 'user.4000@bench%') ${newest}`,
        ),
    },
    {
      name: 'series by day and action',
      aim: aims.count,
      ask: () => auditSeries(ctx, { bucket: 'day', groupBy: 'action', timeZone: 'UTC' }),
      plain: () => query(`select date_trunc('day', created_at, 'UTC'), action, count(*) from platform_audit_log group by 1, 2`),
    },
    {
      name: 'series by day, Zurich',
      aim: aims.count,
      ask: () => auditSeries(ctx, { bucket: 'day', timeZone: 'Europe/Zurich' }),
      plain: () => query(`select date_trunc('day', created_at, 'Europe/Zurich'), count(*) from platform_audit_log group by 1`),
    },
    {
      name: 'top actors',
      aim: aims.count,
      ask: () => auditTop(ctx, {}, 'actor_id', 10),
      plain: () => query('select actor_id, count(*) from platform_audit_log group by 1 order by 2 desc limit 10'),
    },
    {
      name: 'top actors of 30 days',
      aim: aims.count,
      ask: () => auditTop(ctx, { from: monthAgo }, 'actor_id', 10),
      plain: () =>
        query('select actor_id, count(*) from platform_audit_log where created_at >= $1 group by 1 order by 2 desc limit 10', [monthAgo]),
    },
  ];
}

/** A value that is neither among the most frequent nor among the rarest. @param column never a caller's text */
async function middlingOf(pool: pg.Pool, column: string): Promise<string> {
  const { rows } = await pool.query(
    `select ${column}::text as value from platform_audit_log where ${column} is not null group by 1 order by count(*) desc offset 50 limit 1`,
  );
  return rows[0]?.value ?? '';
}

/** The last row before a page, as a cursor names it. */
export async function placeOf(pool: pg.Pool, depth: number): Promise<{ id: string; at: string }> {
  const { rows } = await pool.query(
    'select id, created_at::text as at from platform_audit_log order by created_at desc, id desc offset $1 limit 1',
    [depth - 1],
  );
  return rows[0] ?? { id: '00000000-0000-4000-8000-000000000000', at: '2000-01-01 00:00:00+00' };
}
