import { type BareRoute, type BenchCase, bare, get, graphql, tenantry, withoutRules } from '../case.js';
import { filled } from '../statement.js';

const string = { type: 'string' };
const nullable = { type: 'string', nullable: true };
const object = (properties: object) => ({ type: 'object', properties });

const columns = `id, created_at as "createdAt", action, upper(outcome) as outcome, resource_type as "resourceType", resource_id as "resourceId",
  resource_display_id as "resourceDisplayId", changed_fields as "changedFields", actor_id as "actorId", actor_display_name as "actorDisplayName",
  org_id as "orgId", org_name as "orgName"`;
const entry = object({
  id: string,
  createdAt: string,
  action: string,
  outcome: string,
  resourceType: string,
  resourceId: string,
  resourceDisplayId: string,
  changedFields: { type: 'array', items: string },
  actorId: string,
  actorDisplayName: nullable,
  orgId: nullable,
  orgName: nullable,
});

const pageText = `select ${columns} from platform_audit_log where action = $1 order by created_at desc, id desc limit 50`;
const pageValues = ['user.update'];

const page: BareRoute = {
  path: '/audit',
  response: object({ data: object({ auditEntries: object({ nodes: { type: 'array', items: entry } }) }) }),
  async answer(pool) {
    const { rows } = await pool.query({ name: 'audit', text: pageText, values: pageValues });
    return { data: { auditEntries: { nodes: rows } } };
  },
};

const query = `{
  auditEntries(first: 50, filter: { actions: ["user.update"] }) {
    nodes { id createdAt action outcome resourceType resourceId resourceDisplayId changedFields actorId actorDisplayName orgId orgName }
  }
}`;
const pageAsks = () => [graphql(query)];

const statsResponse = object({
  total_entries: { type: 'integer' },
  today_count: { type: 'integer' },
  active_actors_today: { type: 'integer' },
  by_action: { type: 'object', additionalProperties: { type: 'integer' } },
  by_resource_type: { type: 'array', items: object({ resource_type: string, count: { type: 'integer' } }) },
});

interface StatsRow {
  readonly kinds: readonly { action: string; type: string; count: number }[];
  readonly today: number;
  readonly actors: number;
}

function statsOf({ kinds, today, actors }: StatsRow) {
  const byAction: Record<string, number> = {};
  const byType: Record<string, number> = {};
  let total = 0;
  for (const { action, type, count } of kinds) {
    byAction[action] = (byAction[action] ?? 0) + count;
    byType[type] = (byType[type] ?? 0) + count;
    total += count;
  }
  const types = Object.entries(byType).map(([resource_type, count]) => ({ resource_type, count }));
  types.sort((a, b) => b.count - a.count || (a.resource_type < b.resource_type ? -1 : 1));
  return { total_entries: total, today_count: today, active_actors_today: actors, by_action: byAction, by_resource_type: types };
}

/** The statistics from entries by kind, as `(action, type, count)`, and from those of today, as `(actor_id, count)`. */
function statsText(kinds: string, today: string): string {
  return `select
      (select json_agg(json_build_object('action', action, 'type', type, 'count', count) order by action, type)
        from (select action, type, sum(count)::int as count from (${kinds}) k group by 1, 2) k) as kinds, t.today, t.actors
    from (select coalesce(sum(count), 0)::int as today, count(distinct actor_id)::int as actors from (${today}) d) t
    where $1::boolean`;
}

function statsRoute(path: string, text: string): BareRoute {
  return {
    path,
    response: statsResponse,
    async answer(pool) {
      const { rows } = await pool.query<StatsRow>({ name: path, text, values: [true] });
      return rows[0] && statsOf(rows[0]);
    },
  };
}

const midnight = `date_trunc('day', now(), 'UTC')`;
// The upper end lets everything through; without one the planner takes the rest for a third of the log.
const uncounted = `xid >= (select xid from audit_counts_progress) and xid < '18446744073709551615'::xid8`;

const countedText = statsText(
  `select action, resource_type as type, count from audit_counts_by_action where grain = 'month'
    union all select action, resource_type, 1 from platform_audit_log where ${uncounted}`,
  `select actor_id, count from audit_counts_by_actor where grain = 'day' and bucket = ${midnight}
    union all select actor_id, 1 from platform_audit_log where ${uncounted} and created_at >= ${midnight}`,
);
const scannedText = statsText(
  'select action, resource_type as type, 1 as count from platform_audit_log',
  `select actor_id, 1 as count from platform_audit_log where created_at >= ${midnight} and created_at < ${midnight} + interval '1 day'`,
);
const counted = statsRoute('/audit/stats', countedText);
const scanned = statsRoute('/audit/stats-by-scan', scannedText);

/** The trail: the latest entries of one action, and counts of all. */
export const audit: readonly BenchCase[] = [
  {
    name: 'a page of the trail, GraphQL',
    ways: [bare(get(page.path)), tenantry(pageAsks), withoutRules(pageAsks)],
    bareRoutes: [page],
    statements: () => [filled(pageText, pageValues)],
    compared: 'data',
  },
  {
    name: 'statistics of the trail, REST',
    ways: [
      bare(get(counted.path)),
      { ...bare(get(scanned.path)), name: 'scan of the log' },
      tenantry(() => [get('/api/v1/platform/audit/stats')]),
    ],
    bareRoutes: [counted, scanned],
    statements: () => [filled(countedText, [true])],
  },
];
