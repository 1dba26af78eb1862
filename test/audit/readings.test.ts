import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { auditRepeats } from '../../src/audit/repeats/repeats.duty.js';
import { aKeyOf } from '../access/callers.js';
import { aGrant, aUser } from '../support/builders.js';
import { subscribe } from '../support/eventStream.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';
import { countingStatements } from './countingStatements.js';
import { anEntry } from './exports.js';

let gateway: TestGateway;
let userId: string;
let user: Caller;
beforeAll(async () => {
  gateway = await testGateway();
});
beforeEach(async () => {
  userId = await aUser(gateway.database, { displayName: 'Ada' });
  await aGrant(gateway.database, userId, ['platform.audit.read']);
  user = { token: gateway.tokenFor(userId) };
});
afterAll(() => gateway.close());

/** What the trail tells of the user, the earliest first. */
async function told() {
  const { rows } = await sql<{ action: string; resource_id: string; actor_type: string; occurrences: number; filter: object | null }>`
    select e.action, e.resource_id, e.actor_type, e.occurrences, s.after->'filter' as filter
    from platform_audit_log e left join audit_snapshots s on s.entry_id = e.id
    where e.actor_id = ${userId} order by e.created_at, e.id`.execute(gateway.database.db);
  return rows;
}

/** Lets every window that is open be over, and has the worker close it. */
async function closeWindows(): Promise<void> {
  await gateway.platform.repeats.flush();
  await sql`update audit_repeats set began_at = began_at - interval '1 hour'`.execute(gateway.database.db);
  await gateway.runDuty(auditRepeats);
}

async function ask(document: string, variables: object = {}, caller = user): Promise<void> {
  expect((await gateway.graphql(document, variables, caller)).errors).toEqual([]);
}

const search = { action: 'audit_log.search', resource_id: 'search', actor_type: 'user', occurrences: 1 };
const list = 'query ($filter: AuditFilter) { auditEntries(filter: $filter) { nodes { id } } }';
const tail = 'subscription ($filter: AuditFilter) { auditTail(filter: $filter) { cursor } }';

describe('Who read the trail is in the trail', () => {
  const filter = { actions: ['org.update'], from: '2026-01-01' };
  const questions: readonly (readonly [what: string, ask: () => Promise<unknown>])[] = [
    ['the list', () => ask(list, { filter })],
    ['the statistics', () => ask('query ($filter: AuditFilter) { auditStats(filter: $filter) { totalEntries } }', { filter })],
    ['a series', () => ask('query ($filter: AuditFilter) { auditSeries(filter: $filter, bucket: DAY) { count } }', { filter })],
    ['the top', () => ask('query ($filter: AuditFilter) { auditTop(filter: $filter, by: ACTOR) { count } }', { filter })],
    ['the tail', async () => (await subscribe(gateway, tail, { filter }, user)).events.return()],
    [
      'the list on REST',
      async () =>
        expect((await gateway.rest('GET', '/api/v1/platform/audit?action=org.update&start_date=2026-01-01', user)).status).toBe(200),
    ],
  ];

  it.each(questions)('who asked for %s, and by which filter', async (_, question) => {
    await question();
    expect(await told()).toEqual([{ ...search, filter }]);
  });

  it('who asked for the statistics on REST', async () => {
    expect((await gateway.rest('GET', '/api/v1/platform/audit/stats?start_date=2026-01-01', user)).status).toBe(200);
    expect(await told()).toEqual([{ ...search, filter: { from: '2026-01-01' } }]);
  });

  it('all questions by one filter are one search, counted when the window is over', async () => {
    for (const [, question] of questions) await question();
    await ask('query ($filter: AuditFilter) { auditEntries(filter: $filter, first: 1, page: 2) { nodes { id } } }', { filter });
    expect(await told()).toEqual([{ ...search, filter }]);
    await closeWindows();
    expect(await told()).toEqual([
      { ...search, filter },
      { ...search, filter, occurrences: 6 },
    ]);
  });

  it('side by side too, and over two gateways', async () => {
    const other = await testGateway({}, gateway.database, gateway.keys);
    await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? gateway : other).graphql(list, { filter }, user)));
    await other.close();
    expect(await told()).toEqual([{ ...search, filter }]);
    await closeWindows();
    expect((await told()).map(({ occurrences }) => occurrences)).toEqual([1, 7]);
  });

  it('what was counted before a window was over, and is told of after, is told of', async () => {
    await ask(list);
    await ask(list);
    await sql`delete from audit_repeats`.execute(gateway.database.db);
    await closeWindows();
    expect((await told()).map(({ occurrences }) => occurrences)).toEqual([1, 1]);
  });

  it('a search by another filter, or of another day, is another one; of another moment it is not', async () => {
    for (const from of ['2026-01-01T10:00:00Z', '2026-01-01T10:00:10Z', '2026-01-02T10:00:00Z']) await ask(list, { filter: { from } });
    await ask(list, { filter: { search: 'ada' } });
    expect((await told()).map(({ filter: by }) => by)).toEqual([
      { from: '2026-01-01T10:00:00Z' },
      { from: '2026-01-02T10:00:00Z' },
      { search: 'ada' },
    ]);
  });

  it('a repetition takes no statement', async () => {
    const recorded = countingStatements(gateway.database, 'audit repeat');
    await ask(list, { filter });
    expect(recorded.count()).toBe(1);
    await ask(list, { filter });
    await ask(list, { filter });
    expect(recorded.count()).toBe(1);
    recorded.stop();
  });

  it('a program’s questions are one, whatever they ask for', async () => {
    const key = await aKeyOf(gateway, userId, ['platform.audit.read']);
    const before = (await told()).length;
    for (const text of ['a', 'b', 'c']) await ask(list, { filter: { search: text } }, key);
    expect((await told()).slice(before)).toEqual([{ ...search, actor_type: 'api_key', filter: null }]);
  });

  it('who looked at single entries, and how often', async () => {
    const ids = [await anEntry(gateway.database), await anEntry(gateway.database)];
    for (const id of ids) await ask('query ($id: UUID!) { auditEntry(id: $id) { before } }', { id });
    await ask('query ($id: UUID!) { auditProof(entryId: $id) { text } }', { id: ids[0] });
    expect((await gateway.rest('GET', `/api/v1/platform/audit/${ids[0]}`, user)).status).toBe(200);
    await closeWindows();
    const read = { ...search, action: 'audit_log.read', resource_id: 'entry', filter: null };
    expect(await told()).toEqual([read, { ...read, occurrences: 3 }]);
  });

  it('what was refused, or was no question, was no search', async () => {
    await gateway.graphql(list, { filter: { search: 'x'.repeat(501) } }, user);
    await gateway.graphql('query { auditEntries(first: 1000) { nodes { id } } }', {}, user);
    expect(await told()).toEqual([]);
  });

  it('nothing is shown while the trail takes no entry', async () => {
    await sql`alter table platform_audit_log add constraint none check (false) not valid`.execute(gateway.database.db);
    const [listed, counted, onRest] = await Promise.all([
      gateway.graphql(list, {}, user),
      gateway.graphql('{ auditStats { totalEntries } }', {}, user),
      gateway.rest('GET', '/api/v1/platform/audit', user),
    ]);
    const { events } = await subscribe(gateway, tail, {}, user);
    const { value: followed } = await events.next();
    await events.return();
    await sql`alter table platform_audit_log drop constraint none`.execute(gateway.database.db);
    for (const { data, errors } of [listed, counted]) {
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    }
    expect(onRest).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(followed?.data).toMatchObject({ data: null, errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    await ask(list);
    expect(await told()).toHaveLength(1);
  });
});
