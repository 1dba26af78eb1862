import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { aGrant, anOrg, aTenant, aUser, endGrant, shutOut } from '../support/builders.js';
import { openEvents, type ReceivedEvent, type StreamAnswer, subscribe } from '../support/eventStream.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { seed, small, workThrough } from './jobsKit.js';

let gateway: TestGateway;
let admin: { token: string };
beforeAll(async () => {
  gateway = await testGateway();
  admin = { token: gateway.adminToken };
});
afterAll(() => gateway.close());

const eventsUrl = (id: string) => `/api/v1/platform/jobs/${id}/events`;
const progress = 'subscription ($id: UUID!, $after: Int) { jobProgress(id: $id, after: $after) { number status currentStage } }';

async function all({ events }: StreamAnswer): Promise<ReceivedEvent[]> {
  const received: ReceivedEvent[] = [];
  for await (const event of events) received.push(event);
  return received;
}

const message = ({ event }: ReceivedEvent) => event === 'message';
const numbers = (events: readonly ReceivedEvent[]) => events.filter(message).map(({ id }) => Number(id));

/** What the database keeps of a job's events. */
async function kept(id: string): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`select e.number from job_events e join jobs j on j.id = e.job_id
    where j.public_id = ${id} order by 1`.execute(gateway.database.db);
  return rows.map(({ number }) => number);
}

describe('The events of a job', () => {
  it('are streamed as they happen, to the last one', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id);
    const stream = await openEvents(gateway, eventsUrl(id), admin);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reading = all(stream);
    await workThrough(gateway);
    const received = await reading;
    expect(numbers(received)).toEqual(await kept(id));
    expect(received[0]?.data).toMatchObject({ id: 1, job_uuid: id, status: 'queued' });
    expect(received.at(-2)?.data).toMatchObject({ status: 'completed', current_stage: 'appointments' });
    expect(received.at(-1)).toMatchObject({ event: 'complete' });
    const stages = received.filter(message).map(({ data }) => data.current_stage);
    expect([...new Set(stages)]).toEqual([null, 'definitions', 'locations', 'codes', 'providers', 'patients', 'appointments']);
  });

  it('go on behind Last-Event-ID: nothing is missed and nothing is told twice, wherever the connection breaks', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id, { ...small, patients: 6_000 });
    const working = workThrough(gateway);
    const received: ReceivedEvent[] = [];
    for (let ended = false; !ended; ) {
      const last = received.at(-1)?.id;
      const { events } = await openEvents(gateway, eventsUrl(id), { ...admin, headers: last ? { 'last-event-id': last } : {} });
      // The connection breaks behind every second event.
      for (let i = 0; i < 2 && !ended; i += 1) {
        const { value } = await events.next();
        if (value && message(value)) received.push(value);
        ended = value?.event === 'complete';
      }
      await events.return();
    }
    await working;
    expect(numbers(received)).toEqual(await kept(id));
  });

  it('of a job that has ended are told in full, and nothing is waited for', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id);
    await workThrough(gateway);
    expect(numbers(await all(await openEvents(gateway, eventsUrl(id), admin)))).toEqual(await kept(id));
    const last = (await kept(id)).at(-1);
    const rest = await all(await openEvents(gateway, `${eventsUrl(id)}?last_event_id=${last}`, admin));
    expect(rest.map(({ event }) => event)).toEqual(['complete']);
  });

  it('are refused before anything is streamed, with the status that goes with it', async () => {
    const id = await seed(gateway, await anOrg(gateway.database));
    const outsider = { token: gateway.tokenFor(await aUser(gateway.database)) };
    const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057';
    const statuses = await Promise.all([
      openEvents(gateway, eventsUrl(id)),
      openEvents(gateway, eventsUrl(id), outsider),
      openEvents(gateway, eventsUrl(nowhere), outsider),
      openEvents(gateway, eventsUrl('acme'), admin),
      openEvents(gateway, eventsUrl(id), { ...admin, headers: { 'last-event-id': 'x' } }),
    ]);
    expect(statuses.map(({ status, body }) => [status, body.code ?? body.detail[0].loc])).toEqual([
      [401, 'UNAUTHENTICATED'],
      [404, 'NOT_FOUND'],
      [404, 'NOT_FOUND'],
      [422, ['path', 'job_uuid']],
      [422, ['query', 'last_event_id']],
    ]);
  });

  it('end for a caller who loses access, who is told so', async () => {
    const id = await seed(gateway, await anOrg(gateway.database));
    const userId = await aUser(gateway.database);
    const grant = await aGrant(gateway.database, userId, ['platform.orgs.seed']);
    const caller = { token: gateway.tokenFor(userId) };
    const stream = await openEvents(gateway, eventsUrl(id), caller);
    const subscription = await subscribe(gateway, progress, { id }, caller);
    expect((await stream.events.next()).value).toMatchObject({ id: '1' });
    expect((await subscription.events.next()).value).toMatchObject({ data: { data: { jobProgress: { number: 1 } } } });
    await endGrant(gateway.database, grant, 'suspended');
    await sql`update jobs set current_message = 'not for them' where public_id = ${id}`.execute(gateway.database.db);
    expect(await all(stream)).toEqual([{ id: undefined, event: 'refused', data: expect.objectContaining({ code: 'FORBIDDEN' }) }]);
    const [next, end] = await all(subscription);
    expect(next?.data).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(end?.event).toBe('complete');
  });

  it('end for a caller whose session ends while nothing happens', async () => {
    const id = await seed(gateway, await anOrg(gateway.database));
    const userId = await aUser(gateway.database);
    await aGrant(gateway.database, userId, ['platform.orgs.seed']);
    const stream = await openEvents(gateway, eventsUrl(id), { token: gateway.tokenFor(userId) });
    await stream.events.next();
    await shutOut(gateway.database, userId, 'blocked');
    // Looked at every ten seconds.
    expect(await all(stream)).toEqual([{ id: undefined, event: 'refused', data: expect.objectContaining({ code: 'UNAUTHENTICATED' }) }]);
  }, 30_000);

  it('end with the org', async () => {
    const org = await anOrg(gateway.database);
    const id = await seed(gateway, org);
    const stream = await openEvents(gateway, eventsUrl(id), admin);
    await stream.events.next();
    await gateway.database.db.deleteFrom('orgs').where('public_id', '=', org).execute();
    // NOTIFY takes no parameters.
    await sql`notify jobs, ${sql.lit(id)}`.execute(gateway.database.db);
    expect((await all(stream)).at(-1)).toMatchObject({ event: 'complete' });
  });
});

describe('A subscription', () => {
  it('tells each event once, from behind the one that the caller has seen', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id);
    const stream = await subscribe(gateway, progress, { id, after: 1 }, admin);
    const reading = all(stream);
    await workThrough(gateway);
    const received = await reading;
    const results = received.filter(({ event }) => event === 'next').map(({ data }) => data.data.jobProgress);
    expect(results.map(({ number }) => number)).toEqual((await kept(id)).slice(1));
    expect(results.at(-1)).toEqual({ number: (await kept(id)).at(-1), status: 'COMPLETED', currentStage: 'appointments' });
    expect(received.at(-1)?.event).toBe('complete');
  });

  it('is refused where a query would be: no token, too deep a document, a fault in it, another kind of operation', async () => {
    const id = await seed(gateway, await anOrg(gateway.database));
    const aliases = Array.from({ length: 16 }, (_, i) => `a${i}: number`).join(' ');
    const answers = await Promise.all([
      subscribe(gateway, progress, { id }),
      subscribe(gateway, `subscription ($id: UUID!) { jobProgress(id: $id) { ${aliases} } }`, { id }, admin),
      subscribe(gateway, 'subscription { jobProgress { nothing } }', {}, admin),
      subscribe(gateway, 'subscription {', {}, admin),
      subscribe(gateway, '{ viewer { user { id } } }', {}, admin),
    ]);
    expect(answers.map(({ status, body }) => [status, body?.errors[0].extensions.code])).toEqual([
      [401, 'UNAUTHENTICATED'],
      [400, 'QUERY_TOO_LARGE'],
      [400, 'GRAPHQL_VALIDATION_FAILED'],
      [400, 'GRAPHQL_PARSE_FAILED'],
      [400, 'BAD_REQUEST'],
    ]);
  });

  it('is not run at /graphql, where nothing streams', async () => {
    const { status, errors } = await gateway.graphql(progress, { id: '01890a5d-ac96-774b-bcce-b302099a8057' }, admin);
    expect({ status, message: errors[0]?.message }).toEqual({ status: 400, message: 'Subscriptions are streamed at /graphql/stream.' });
  });
});

describe('Many streams', () => {
  it('of one caller are refused beyond twenty, and places are free again when streams close', async () => {
    const id = await seed(gateway, await anOrg(gateway.database));
    const userId = await aUser(gateway.database);
    await aGrant(gateway.database, userId, ['platform.orgs.seed']);
    const caller = { token: gateway.tokenFor(userId) };
    const open = await Promise.all(Array.from({ length: 20 }, () => openEvents(gateway, eventsUrl(id), caller)));
    const refused = await openEvents(gateway, eventsUrl(id), caller);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    for (const { events } of open) {
      await events.next();
      await events.return();
    }
    let again = await openEvents(gateway, eventsUrl(id), caller);
    while (again.status === 503) again = await openEvents(gateway, eventsUrl(id), caller);
    expect(again.status).toBe(200);
    await again.events.next();
    await again.events.return();
  });
});

describe('A gateway that drains', () => {
  it('ends its streams at once, without saying that they are complete', async () => {
    const second = await testGateway({}, gateway.database, gateway.keys);
    const id = await seed(gateway, await anOrg(gateway.database));
    const stream = await openEvents(second, eventsUrl(id), admin);
    const subscription = await subscribe(second, progress, { id }, admin);
    await stream.events.next();
    await subscription.events.next();
    const started = performance.now();
    const closed = second.close();
    expect(await all(stream)).toEqual([]);
    expect((await all(subscription))[0]?.data.errors[0].extensions.code).toBe('UNAVAILABLE');
    await closed;
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
