import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { sql } from 'kysely';
import { auditRollups } from '../../src/audit/counts/rollups.duty.js';
import { encodeCursor } from '../../src/db/cursor.js';
import { aKeyOf } from '../access/callers.js';
import { anOrg, aUser } from '../support/builders.js';
import { subscribe } from '../support/eventStream.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';
import { download, parseCsv } from './exports.js';
import { type Actor, type Entry, isoMicros, someEntries, writeEntries } from './someEntries.js';

let gateway: TestGateway;
let actors: Actor[];
let orgs: Actor[];
/** A program: all its questions are one entry, which is there before it begins. */
let reader: Caller;
/** From where the tail of all entries begins. */
let beginning: string;
/** Every entry that there is. */
let log: Entry[];

beforeAll(async () => {
  gateway = await testGateway();
  const { database } = gateway;
  reader = await aKeyOf(gateway, gateway.adminId, ['platform.audit.read', 'platform.audit.export']);
  await ask('{ auditStats { totalEntries } }', {});
  beginning = encodeCursor({ name: 'tail', type: 'xid8' }, { value: '0', id: '00000000-0000-0000-0000-000000000000' });
  const names = ['Ada Ampere', 'Bob Bell', 'Çelik Celsius'];
  actors = await Promise.all(names.map(async (name) => ({ id: await aUser(database, { displayName: name }), name })));
  actors.push({ id: 'system', name: 'System' });
  orgs = await Promise.all(['North', 'South'].map(async (name) => ({ id: await anOrg(database, { name }), name })));
  await writeEntries(gateway, someEntries(500, 130, actors, orgs, 7));
  await gateway.runDuty(auditRollups);
  // Those that the worker has yet to count.
  await writeEntries(gateway, someEntries(150, 130, actors, orgs, 8));
  const columns = ['id', 'created_at', 'action', 'outcome', 'resource_type', 'resource_id', 'resource_display_id'] as const;
  log = await database.db
    .selectFrom('platform_audit_log')
    .select([...columns, 'changed_fields', 'actor_type', 'actor_id', 'org_id', 'org_name'])
    .select(sql<string>`coalesce(actor_display_name, '')`.as('actor_display_name'))
    .execute();
});
afterAll(() => gateway.close());

interface Filter {
  readonly orgId?: string;
  readonly actor?: string;
  readonly actorId?: string;
  readonly actorIds?: string[];
  readonly actions?: string[];
  readonly resourceType?: string;
  readonly resourceTypes?: string[];
  readonly resourceId?: string;
  readonly outcome?: string;
  readonly from?: string;
  readonly to?: string;
  readonly search?: string;
  readonly changedField?: string;
}

/** The database leaves zeros at the end of a second out. */
function microsOf(iso: string): number {
  const [, second = '', fraction = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(iso) ?? [];
  return Date.parse(`${second}Z`) * 1_000 + Number(fraction.padEnd(6, '0'));
}

const isDay = (text: string) => text.length === 10;
const dayMicros = 86_400_000_000;
const contains = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());

/** Whether a filter lets an entry through, as its descriptions say. */
function matches(entry: Entry, filter: Filter): boolean {
  const { orgId, actor, actorId, actorIds, actions, resourceType, resourceTypes, resourceId, outcome, from, to, search, changedField } =
    filter;
  const at = microsOf(entry.created_at);
  const searched = [entry.actor_display_name, entry.actor_id, entry.resource_type, entry.resource_id, entry.resource_display_id].join(' ');
  const called = actors.filter(({ id, name }) => contains(id === 'system' ? 'system' : name, actor ?? '')).map(({ id }) => id);
  return (
    (!orgId || entry.org_id === orgId) &&
    (!actor || called.includes(entry.actor_id)) &&
    (!actorId || entry.actor_id === actorId) &&
    (!actorIds || actorIds.includes(entry.actor_id)) &&
    (!actions || actions.includes(entry.action)) &&
    (!resourceType || entry.resource_type === resourceType) &&
    (!resourceTypes || resourceTypes.includes(entry.resource_type)) &&
    (!resourceId || entry.resource_id === resourceId) &&
    (!outcome || entry.outcome === outcome.toLowerCase()) &&
    (!from || at >= (isDay(from) ? Date.parse(from) * 1_000 : microsOf(from))) &&
    (!to || (isDay(to) ? at < Date.parse(to) * 1_000 + dayMicros : at <= microsOf(to))) &&
    (!search || contains(searched, search)) &&
    (!changedField || entry.changed_fields.includes(changedField))
  );
}

/** Moments of entries, those beside them, and days. */
function moments(): fc.Arbitrary<string> {
  const times = log.map((entry) => microsOf(entry.created_at));
  return fc.oneof(
    fc.tuple(fc.constantFrom(...times), fc.constantFrom(-1, 0, 1, 500_000_000)).map(([time, offset]) => isoMicros(time + offset)),
    fc.constantFrom(...times).map((time) => isoMicros(time).slice(0, 10)),
    fc.constantFrom(...times).map((time) => `${isoMicros(time).slice(0, 13)}:00:00Z`),
  );
}

function filters(): fc.Arbitrary<Filter> {
  const ids = actors.map(({ id }) => id);
  const types = ['org', 'user', 'group', 'impersonation'];
  const actions = types.flatMap((type) => [`${type}.create`, `${type}.update`]);
  // Each condition is left out more often than not, so that filters let something through.
  const sometimes = <T>(values: fc.Arbitrary<T>) => fc.oneof(fc.constant(undefined), values);
  const rarely = <T>(values: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: values });
  return fc.record({
    orgId: rarely(fc.constantFrom(...orgs.map(({ id }) => id))),
    actor: rarely(fc.constantFrom('ada', 'B', 'ELL', 'Sys', '100%')),
    actorId: rarely(fc.constantFrom(...ids)),
    actorIds: rarely(fc.subarray(ids)),
    actions: rarely(fc.subarray(actions)),
    resourceType: rarely(fc.constantFrom(...types)),
    resourceTypes: rarely(fc.subarray(types)),
    resourceId: rarely(fc.constantFrom('id-1', 'id-2', 'none')),
    outcome: rarely(fc.constantFrom('SUCCESS', 'DENIED', 'VIOLATION')),
    from: sometimes(moments()),
    to: sometimes(moments()),
    search: rarely(fc.constantFrom('no. 3', '100%', '_', 'BELL', 'ÇELIK', 'user')),
    changedField: rarely(fc.constantFrom('status', 'none')),
  });
}

async function ask<T>(document: string, variables: object): Promise<T> {
  const { data, errors } = await gateway.graphql<T, object>(document, variables, reader);
  expect(errors).toEqual([]);
  if (!data) throw new Error('There is no data.');
  return data;
}

interface Listed {
  readonly auditEntries: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    readonly totalCount: number;
    readonly totalIsEstimate: boolean;
    readonly exactTotalCount: number;
  };
}

async function everyPage(filter: Filter, field: string, direction: string): Promise<{ ids: string[]; totals: object }> {
  const document = `query ($filter: AuditFilter, $orderBy: AuditEntryOrder, $after: String) {
    auditEntries(filter: $filter, orderBy: $orderBy, first: 100, after: $after) {
      nodes { id } pageInfo { hasNextPage endCursor } totalCount totalIsEstimate exactTotalCount
    }
  }`;
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const answer: Listed = await ask<Listed>(document, { filter, after, orderBy: { field, direction } });
    const { nodes, pageInfo, ...totals } = answer.auditEntries;
    ids.push(...nodes.map(({ id }) => id));
    if (!pageInfo.hasNextPage) return { ids, totals };
    after = pageInfo.endCursor;
  }
}

function ordered(entries: readonly Entry[], direction: string): string[] {
  const ids = entries.map((entry) => ({ id: entry.id, place: `${isoMicros(microsOf(entry.created_at))} ${entry.id}` }));
  const sorted = ids.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ id }) => id);
  return direction === 'ASC' ? sorted : sorted.reverse();
}

function countsOf<K>(entries: readonly Entry[], key: (entry: Entry) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const entry of entries) counts.set(key(entry), (counts.get(key(entry)) ?? 0) + 1);
  return counts;
}

const runs = { numRuns: 60 };

describe('for any filter', () => {
  it('the pages of the list are the entries that match, each once and in order, and are counted right', async () => {
    const order = fc.constantFrom('ASC', 'DESC');
    await fc.assert(
      fc.asyncProperty(filters(), order, async (filter, direction) => {
        const expected = log.filter((entry) => matches(entry, filter));
        const { ids, totals } = await everyPage(filter, 'CREATED_AT', direction);
        expect(ids).toEqual(ordered(expected, direction));
        const count = expected.length;
        expect(totals).toEqual({ totalCount: count, totalIsEstimate: false, exactTotalCount: count });
      }),
      runs,
    );
  });

  it('an order by anything else leaves nothing out and repeats nothing', async () => {
    const field = fc.constantFrom('ACTION', 'RESOURCE_TYPE', 'ACTOR_ID');
    await fc.assert(
      fc.asyncProperty(filters(), field, async (filter, by) => {
        const expected = log.filter((entry) => matches(entry, filter)).map(({ id }) => id);
        expect((await everyPage(filter, by, 'DESC')).ids.sort()).toEqual(expected.sort());
      }),
      { numRuns: 15 },
    );
  });

  it('the statistics are those of the entries that match', async () => {
    const document = `query ($filter: AuditFilter) { auditStats(filter: $filter) {
      totalEntries todayCount activeActorsToday distinctActors byAction byResourceType { resourceType count } } }`;
    await fc.assert(
      fc.asyncProperty(filters(), async (filter) => {
        const expected = log.filter((entry) => matches(entry, filter));
        const today = expected.filter((entry) => entry.created_at.startsWith(new Date().toISOString().slice(0, 10)));
        const { auditStats } = await ask<{ auditStats: { byResourceType: { resourceType: string; count: number }[] } }>(document, {
          filter,
        });
        const { byResourceType, ...others } = auditStats;
        expect(others).toEqual({
          totalEntries: expected.length,
          todayCount: today.length,
          activeActorsToday: new Set(today.map((entry) => entry.actor_id)).size,
          distinctActors: new Set(expected.map((entry) => entry.actor_id)).size,
          byAction: Object.fromEntries(countsOf(expected, (entry) => entry.action)),
        });
        expect(new Map(byResourceType.map((each) => [each.resourceType, each.count]))).toEqual(
          countsOf(expected, (entry) => entry.resource_type),
        );
      }),
      runs,
    );
  });

  it('a series has them in the buckets of its time zone, and the top is the same counted without', async () => {
    const keys: Readonly<Record<string, (entry: Entry) => string | null>> = {
      ACTION: (entry) => entry.action,
      RESOURCE_TYPE: (entry) => entry.resource_type,
      ACTOR: (entry) => entry.actor_id,
      ORG: (entry) => entry.org_id,
    };
    const bucket = fc.constantFrom('HOUR', 'DAY', 'WEEK', 'MONTH');
    // Whole hours, with a summer time, one that ends by showing midnight twice, ahead of UTC and behind; half hours; a quarter of an hour.
    const zone = fc.constantFrom('UTC', 'Europe/Zurich', 'America/Havana', 'Pacific/Auckland', 'Asia/Kolkata', 'Asia/Kathmandu');
    const document = `query ($filter: AuditFilter, $bucket: AuditBucket!, $groupBy: AuditDimension!, $timeZone: String!) {
      auditSeries(filter: $filter, bucket: $bucket, groupBy: $groupBy, timeZone: $timeZone) { key count points { start count } }
      auditTop(filter: $filter, by: $groupBy, first: 100) { key count }
    }`;
    interface Group {
      readonly key: string | null;
      readonly count: number;
      readonly points: readonly { readonly start: string; readonly count: number }[];
    }
    await fc.assert(
      fc.asyncProperty(filters(), bucket, zone, fc.constantFrom(...Object.keys(keys)), async (filter, unit, timeZone, groupBy) => {
        const expected = log.filter((entry) => matches(entry, filter));
        const keyOf = keys[groupBy] ?? (() => null);
        const starts = await startsOf(expected, unit, timeZone);
        const answer = await ask<{ auditSeries: Group[]; auditTop: { key: string | null; count: number }[] }>(document, {
          filter,
          bucket: unit,
          groupBy,
          timeZone,
        });
        const points = answer.auditSeries.flatMap(({ key, points }) =>
          points.map(({ start, count }) => [`${key} ${start}`, count] as const),
        );
        expect(new Map(points)).toEqual(countsOf(expected, (entry) => `${keyOf(entry)} ${starts.get(entry.id)}`));
        const top = countsOf(expected, keyOf);
        expect(new Map(answer.auditSeries.map(({ key, count }) => [key, count]))).toEqual(top);
        expect(new Map(answer.auditTop.map(({ key, count }) => [key, count]))).toEqual(top);
      }),
      runs,
    );
  });

  it('exports in each format, and the tail, have the entries of the list', async () => {
    const { rows } = await sql<{ id: string }>`select id from platform_audit_log order by xid, id`.execute(gateway.database.db);
    const place = new Map(rows.map(({ id }, i) => [id, i]));
    await fc.assert(
      fc.asyncProperty(filters(), async (filter) => {
        const expected = log.filter((entry) => matches(entry, filter));
        for (const format of ['CSV', 'NDJSON', 'PARQUET'] as const)
          expect(await exported(format, filter)).toEqual(ordered(expected, 'ASC'));
        const byTransaction = expected.map(({ id }) => id).sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
        expect(await tailed(filter, expected.length)).toEqual(byTransaction);
      }),
      { numRuns: 15 },
    );
  });
});

interface ExportAnswer {
  readonly exportAudit: { readonly export: { readonly content: string } };
}

/** The rows of an export that the caller asks for, without those that exports leave, which come with each. */
async function exported(format: 'CSV' | 'NDJSON' | 'PARQUET', filter: Filter): Promise<readonly string[]> {
  const document = `mutation ($input: ExportAuditInput!) { exportAudit(input: $input) { export { content } } }`;
  const answer = await ask<ExportAnswer>(document, { input: { format, filter } });
  const { body, isWhole } = await download(gateway, answer.exportAudit.export.content, reader);
  expect(isWhole).toBe(true);
  const ids = await idsIn[format](body);
  const known = new Set(log.map(({ id }) => id));
  const { rows } = await sql<{ id: string }>`select id from platform_audit_log where action = 'audit_export.create'`.execute(
    gateway.database.db,
  );
  const ofExports = new Set(rows.map(({ id }) => id));
  for (const id of ids) expect(known.has(id) || ofExports.has(id)).toBe(true);
  return ids.filter((id) => known.has(id));
}

const idsIn = {
  CSV: (body: Buffer) => {
    const [names = [], ...rows] = parseCsv(body.toString('utf8'));
    const place = names.indexOf('id');
    return rows.map((row) => row[place] ?? '');
  },
  NDJSON: (body: Buffer) => {
    const lines = body.toString('utf8').trimEnd().split('\n');
    return lines.slice(0, -1).map((line): string => JSON.parse(line).id);
  },
  PARQUET: async (body: Buffer) => {
    const file = body.buffer.slice(body.byteOffset, body.byteOffset + body.length);
    const rows = await parquetReadObjects({ file: file as ArrayBuffer, columns: ['id'] });
    return rows.map(({ id }) => String(id));
  },
};

interface TailEvent {
  readonly cursor: string;
  readonly entries: readonly { readonly id: string }[];
}

/** What the tail of a filter shows, from the first entry on, until it has nothing more to show. */
async function tailed(filter: Filter, count: number): Promise<readonly string[]> {
  const document = `subscription ($filter: AuditFilter, $after: String) { auditTail(filter: $filter, after: $after) { cursor entries { id } } }`;
  const ids: string[] = [];
  const known = new Set(log.map(({ id }) => id));
  const { events } = await subscribe(gateway, document, { filter, after: beginning }, reader);
  for (;;) {
    const next = events.next();
    // Once all is there that should be, it is given time to show too much.
    const event = await (ids.length < count ? next : Promise.race([next, sleep(300, undefined)]));
    if (!event?.value) break;
    const { entries }: TailEvent = event.value.data.data.auditTail;
    ids.push(...entries.map(({ id }) => id).filter((id) => known.has(id)));
  }
  // Not waited for: it comes behind the next event, which may never come. The stream ends with the gateway at the latest.
  void events.return();
  return ids;
}

/** When the bucket of each entry begins, as the database tells it of each entry alone. */
async function startsOf(entries: readonly Entry[], unit: string, timeZone: string): Promise<Map<string, string>> {
  const ids = entries.map(({ id }) => id);
  const { rows } = await sql<{ id: string; start: string }>`select id, date_trunc(${unit}, created_at, ${timeZone}) as start
    from platform_audit_log where id = any (${ids}::uuid[])`.execute(gateway.database.db);
  return new Map(rows.map(({ id, start }) => [id, start]));
}
