import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { aGrant, anOrg, aSession, aUser, endGrant, shutOut } from '../support/builders.js';
import { type ReceivedEvent, subscribe } from '../support/eventStream.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { countingStatements } from './countingStatements.js';
import { anEntry } from './exports.js';

let gateway: TestGateway;
let admin: { token: string };
beforeAll(async () => {
  gateway = await testGateway();
  admin = { token: gateway.adminToken };
});
afterAll(() => gateway.close());

const document = `subscription ($filter: AuditFilter, $after: String) {
  auditTail(filter: $filter, after: $after) { cursor entries { id action resourceDisplayId after } }
}`;

interface TailEvent {
  readonly cursor: string;
  readonly entries: readonly { readonly id: string; readonly action: string; readonly resourceDisplayId: string }[];
}

interface Tail {
  /** The next event that has entries, or the next one at all. */
  next(wants?: 'entries'): Promise<TailEvent>;
  /** The error with which the stream ends. */
  refusal(): Promise<ReceivedEvent['data']>;
  close(): Promise<unknown>;
}

/** Opens a tail, and waits until it follows. */
async function tail(variables: { filter?: object; after?: string }, caller = admin): Promise<Tail & { readonly cursor: string }> {
  const { status, body, events } = await subscribe(gateway, document, variables, caller);
  if (body) throw new Error(`The tail was refused: ${status} ${JSON.stringify(body)}`);
  async function next(wants?: 'entries'): Promise<TailEvent> {
    const { value } = await events.next();
    if (value?.event !== 'next' || !value.data.data) throw new Error(`This is no event of a tail: ${JSON.stringify(value)}`);
    const event: TailEvent = value.data.data.auditTail;
    return wants && event.entries.length === 0 ? next(wants) : event;
  }
  const { cursor } = await next();
  return { cursor, next, refusal: async () => (await events.next()).value?.data, close: () => events.return() };
}

async function entriesOf({ next }: Tail, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(...(await next('entries')).entries.map(({ id }) => id));
  return ids;
}

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: gateway.database.url });
  await client.connect();
  return client;
}

async function write(client: pg.Client | pg.PoolClient, action: string): Promise<string> {
  const id = uuidv7();
  await client.query(
    `insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
      values ($1, $2, 'test', 'x', 'x', 'system', 'system')`,
    [id, action],
  );
  return id;
}

describe('The tail of the trail', () => {
  it('tells of what is done through the API, with what it was before and after', async () => {
    const follower = await tail({ filter: { actions: ['org.update'] } });
    const orgId = await anOrg(gateway.database, { name: 'Followed' });
    const update = 'mutation ($id: UUID!) { updateOrg(id: $id, input: { baseVersion: 1, name: "Renamed" }) { org { version } } }';
    expect((await gateway.graphql(update, { id: orgId }, admin)).errors).toEqual([]);
    expect((await follower.next('entries')).entries).toMatchObject([{ action: 'org.update', after: { name: 'Renamed' } }]);
    await follower.close();
  });

  it('holds back what was committed while an older transaction runs, and misses neither', async () => {
    const filter = { actions: ['test.late', 'test.early'] };
    const follower = await tail({ filter });
    const [slow, quick] = [await connected(), await connected()];
    try {
      await slow.query('begin');
      await slow.query('select pg_current_xact_id()');
      await slow.query('select pg_sleep(0.01)');
      const second = await write(quick, 'test.early');
      // Committed, and seen by every list; but the older transaction may still write an entry that comes before.
      const next = entriesOf(follower, 2);
      const waited = await Promise.race([next, sleep(1_500, 'nothing came')]);
      expect(waited).toBe('nothing came');
      const first = await write(slow, 'test.late');
      await slow.query('commit');
      expect(await next).toEqual([first, second]);
    } finally {
      await Promise.all([slow.end(), quick.end(), follower.close()]);
    }
  });

  it('misses nothing and repeats nothing, however often the connection breaks while late and early transactions write', async () => {
    const filter = { actions: ['test.broken'] };
    const first = await tail({ filter });
    await first.close();
    let isWriting = true;
    const written: string[] = [];
    async function writeOften(): Promise<void> {
      const client = await connected();
      for (let i = 0; i < 60; i += 1) {
        await client.query('begin');
        const ids = [];
        for (let j = 0; j <= i % 3; j += 1) ids.push(await write(client, 'test.broken'));
        await sleep(Math.random() * 30);
        const isKept = i % 7 !== 0;
        await client.query(isKept ? 'commit' : 'rollback');
        if (isKept) written.push(...ids);
      }
      await client.end();
    }
    const writers = Promise.all(Array.from({ length: 6 }, writeOften)).finally(() => {
      isWriting = false;
    });
    const received: string[] = [];
    let after = first.cursor;
    let connections = 0;
    while (isWriting || received.length < written.length) {
      const follower = await tail({ filter, after });
      connections += 1;
      for (let i = 0; i < 2 && (isWriting || received.length < written.length); i += 1) {
        const event = await Promise.race([follower.next('entries'), sleep(3_000, undefined)]);
        if (!event) break;
        received.push(...event.entries.map(({ id }) => id));
        after = event.cursor;
      }
      await follower.close();
    }
    await writers;
    expect(connections).toBeGreaterThan(2);
    expect(new Set(received).size).toBe(received.length);
    expect([...received].sort()).toEqual([...written].sort());
    const { rows } = await gateway.database.pool.query(`select id from platform_audit_log where action = 'test.broken' order by xid, id`);
    expect(received).toEqual(rows.map(({ id }) => id));
  }, 60_000);

  it('goes on over more entries than one look takes, in events of at most a hundred', async () => {
    const { cursor, close } = await tail({});
    await close();
    await gateway.database.pool.query(
      `insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
        select gen_random_uuid(), case when i % 10 = 0 then 'test.tenth' else 'test.other' end, 'test', 'x', 'x', 'system', 'system'
        from generate_series(1, 2500) i`,
    );
    const every = await tail({ filter: { actions: ['test.tenth', 'test.other'] }, after: cursor });
    const events = [await every.next('entries')];
    while (events.flatMap(({ entries }) => entries).length < 2_500) events.push(await every.next('entries'));
    expect(Math.max(...events.map(({ entries }) => entries.length))).toBe(100);
    expect(new Set(events.flatMap(({ entries }) => entries.map(({ id }) => id))).size).toBe(2_500);
    // From the middle of what one look has found.
    const rest = await tail({ filter: { actions: ['test.tenth', 'test.other'] }, after: events[4]?.cursor });
    expect(await entriesOf(rest, 2_000)).toEqual(events.slice(5).flatMap(({ entries }) => entries.map(({ id }) => id)));
    const tenth = await tail({ filter: { actions: ['test.tenth'] }, after: cursor });
    expect(await entriesOf(tenth, 250)).toHaveLength(250);
    await Promise.all([every.close(), rest.close(), tenth.close()]);
  });

  it('shows what its filter lets through, and an org’s alone where it names one', async () => {
    const org = await anOrg(gateway.database);
    const follower = await tail({ filter: { orgId: org, outcome: 'SUCCESS' } });
    await anEntry(gateway.database);
    const { rows } = await gateway.database.pool.query(
      `insert into platform_audit_log (id, action, outcome, resource_type, resource_id, resource_display_id, actor_type, actor_id, org_id)
        select gen_random_uuid(), 'test.org', o.outcome, 'test', 'x', 'x', 'system', 'system', $1
        from unnest(array['denied', 'success']) as o (outcome) returning id, outcome`,
      [org],
    );
    const wanted = rows.find(({ outcome }) => outcome === 'success');
    expect(await entriesOf(follower, 1)).toEqual([wanted?.id]);
    await follower.close();
  });

  it('is refused to whoever may not read the trail, and for what is no filter or cursor', async () => {
    const outsider = { token: gateway.tokenFor(await aUser(gateway.database)) };
    const ask = async (variables: object, caller: { token?: string }) => {
      const { body, events } = await subscribe(gateway, document, variables, caller);
      const answer = body ?? (await events.next()).value?.data;
      await events.return();
      return answer.errors[0].extensions.code;
    };
    const beyond = Buffer.from(JSON.stringify(['tail', '999999999999999999', uuidv7()])).toString('base64url');
    const ofAList = Buffer.from(JSON.stringify(['created_at_desc', '2026-01-01 00:00:00+00', uuidv7()])).toString('base64url');
    expect(
      await Promise.all([
        ask({}, {}),
        ask({}, outsider),
        ask({ after: 'x' }, admin),
        ask({ after: beyond }, admin),
        ask({ after: ofAList }, admin),
        ask({ filter: { search: 'x'.repeat(501) } }, admin),
      ]),
    ).toEqual(['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'BAD_USER_INPUT', 'BAD_USER_INPUT', 'BAD_USER_INPUT']);
  });

  it('ends for a caller who loses the permission, before the next entry is shown', async () => {
    const userId = await aUser(gateway.database);
    const grant = await aGrant(gateway.database, userId, ['platform.audit.read']);
    const follower = await tail({ filter: { actions: ['test.secret'] } }, { token: gateway.tokenFor(userId) });
    await endGrant(gateway.database, grant, 'suspended');
    const client = await connected();
    await write(client, 'test.secret');
    await client.end();
    expect(await follower.refusal()).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('ends for a caller who is shut out while nothing happens', async () => {
    const userId = await aUser(gateway.database);
    await aGrant(gateway.database, userId, ['platform.audit.read']);
    await aSession(gateway.database, userId);
    const follower = await tail({ filter: { actions: ['test.never'] } }, { token: gateway.tokenFor(userId) });
    await shutOut(gateway.database, userId, 'blocked');
    expect(await follower.refusal()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  }, 30_000);

  it('costs the database a few statements a second while nothing happens, however many watch, and none when nobody does', async () => {
    const looks = countingStatements(gateway.database, 'end of the audit trail');
    const reads = countingStatements(gateway.database, 'audit tail');
    const followers = await Promise.all(Array.from({ length: 12 }, () => tail({ filter: { actions: ['test.never'] } })));
    // What opening them left in the trail has been looked at by then.
    await sleep(1_000);
    const [before, readBefore] = [looks.count(), reads.count()];
    await sleep(2_000);
    expect(looks.count() - before).toBeLessThanOrEqual(9);
    expect(looks.count() - before).toBeGreaterThan(0);
    expect(reads.count()).toBe(readBefore);
    await Promise.all(followers.map(({ close }) => close()));
    await sleep(500);
    const left = looks.count();
    await sleep(1_000);
    expect(looks.count()).toBe(left);
    looks.stop();
    reads.stop();
  });

  it('is one of the streams of which a caller has twenty at most', async () => {
    const followers = await Promise.all(Array.from({ length: 20 }, () => tail({})));
    const { status, body } = await subscribe(gateway, document, {}, admin);
    expect([status, body.errors[0].extensions.code]).toEqual([503, 'UNAVAILABLE']);
    await Promise.all(followers.map(({ close }) => close()));
  });
});
