import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { seed, workThrough } from '../jobs/jobsKit.js';
import { aMembership, anOrg, aTenant, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let org: { id: string; key: string };
let member: { token: string };
beforeAll(async () => {
  gateway = await testGateway();
  const userId = await aUser(gateway.database);
  org = await aTenant(gateway, { members: [userId] });
  member = { token: gateway.tokenFor(userId) };
  await seed(gateway, org.id, { providers: 3, patients: 40, appointments: 60 });
  await workThrough(gateway);
});
afterAll(() => gateway.close());

interface Connection<T> {
  nodes: T[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Reads below the org as a member of it does. */
async function read<T>(selection: string, variables: object = {}): Promise<T> {
  const { data, errors } = await gateway.graphql<{ org: T }, object>(
    `query ($id: UUID!, $after: String) { org(id: $id) { ...Asked } } fragment Asked on Org { ${selection} members(after: $after) { totalCount } }`,
    { id: org.id, ...variables },
    member,
  );
  expect(errors).toEqual([]);
  if (!data) throw new Error('Nothing was answered.');
  return data.org;
}

describe('A member of an org', () => {
  it('reads its records, with the names of those they lead to', async () => {
    const { appointments, providers, locations } = await read<{
      appointments: Connection<Record<string, unknown>>;
      providers: Connection<Record<string, unknown>>;
      locations: Connection<{ name: string }>;
    }>(`
      locations { nodes { name timezone } }
      providers { totalCount nodes { npi lastName specialty location { name } } }
      appointments(first: 2) {
        totalCount
        nodes { status startsAt endsAt type code codeDisplay patient { mrn lastName } provider { npi } location { name } }
      }
    `);
    expect([providers.totalCount, appointments.totalCount]).toEqual([3, 60]);
    const [place] = locations.nodes;
    expect(providers.nodes[0]).toMatchObject({
      npi: expect.stringMatching(/^1\d{9}$/),
      specialty: expect.any(String),
      location: { name: place?.name },
    });
    expect(appointments.nodes[0]).toMatchObject({
      type: expect.any(String),
      codeDisplay: expect.any(String),
      patient: { mrn: expect.stringMatching(/^MRN-\d{7}$/) },
      location: { name: place?.name },
    });
  });

  it('pages through the patients by cursor: each once, by name', async () => {
    const met: { mrn: string; lastName: string; birthDate: string }[] = [];
    let after: string | null = null;
    do {
      const cursor: string = after === null ? '' : `, after: "${after}"`;
      const { patients } = await read<{ patients: Connection<(typeof met)[number]> }>(
        `patients(first: 7${cursor}) { nodes { mrn lastName birthDate } pageInfo { hasNextPage endCursor } }`,
      );
      met.push(...patients.nodes);
      after = patients.pageInfo.hasNextPage ? patients.pageInfo.endCursor : null;
    } while (after !== null);
    expect(new Set(met.map(({ mrn }) => mrn)).size).toBe(40);
    expect(met.every(({ birthDate }) => /^\d{4}-\d\d-\d\d$/.test(birthDate))).toBe(true);
  });

  it('filters: each filter alone gives the rows that it names, and no other', async () => {
    const { all, patients } = await read<{
      all: Connection<{ status: string; startsAt: string; provider: { id: string } }>;
      patients: Connection<{ id: string; mrn: string }>;
    }>(`
      all: appointments(first: 100) { nodes { status startsAt provider { id } } }
      patients(filter: { search: "mrn-0000003" }) { totalCount nodes { id mrn } }
    `);
    expect(patients.nodes.map(({ mrn }) => mrn)).toEqual(['MRN-0000003']);
    const [first] = all.nodes;
    const middle = all.nodes[30]?.startsAt ?? '';
    const counted = await read<Record<string, Connection<never>>>(`
      cancelled: appointments(filter: { status: CANCELLED }) { totalCount }
      of: appointments(filter: { providerId: "${first?.provider.id}" }) { totalCount }
      before: appointments(filter: { to: "${middle}" }) { totalCount }
      since: appointments(filter: { from: "${middle}" }) { totalCount }
      none: appointments(filter: { patientId: "${org.id}" }) { totalCount }
    `);
    expect(Object.fromEntries(['cancelled', 'of', 'before', 'since', 'none'].map((name) => [name, counted[name]?.totalCount]))).toEqual({
      cancelled: all.nodes.filter(({ status }) => status === 'CANCELLED').length,
      of: all.nodes.filter(({ provider }) => provider.id === first?.provider.id).length,
      before: all.nodes.filter(({ startsAt }) => startsAt < middle).length,
      since: all.nodes.filter(({ startsAt }) => startsAt >= middle).length,
      none: 0,
    });
  });

  it('is shown a record that leads nowhere as one', async () => {
    const { schema } = await place();
    await sql`update ${sql.id(schema, 'patients')} set provider_id = null where mrn = 'MRN-0000005'`.execute(gateway.database.db);
    const { patients } = await read<{ patients: Connection<unknown> }>(
      'patients(filter: { search: "MRN-0000005" }) { nodes { provider { npi } location { code } } }',
    );
    expect(patients.nodes).toEqual([{ provider: null, location: { code: 'L-0001' } }]);
  });
});

async function place(): Promise<{ schema: string }> {
  const row = await gateway.database.db.selectFrom('orgs').select('schema_name').where('id', '=', org.key).executeTakeFirstOrThrow();
  return { schema: row.schema_name };
}

describe('Who is no member', () => {
  it('reads nothing, and neither does a member once the org is suspended', async () => {
    const records = 'query ($id: UUID!) { org(id: $id) { patients { totalCount } } }';
    const outsider = { token: gateway.tokenFor(await aUser(gateway.database)) };
    expect((await gateway.graphql(records, { id: org.id }, outsider)).errors[0]?.extensions.code).toBe('NOT_FOUND');

    const userId = await aUser(gateway.database);
    const closed = await aTenant(gateway, { members: [userId] });
    const caller = { token: gateway.tokenFor(userId) };
    expect((await gateway.graphql(records, { id: closed.id }, caller)).errors).toEqual([]);
    await gateway.database.db.updateTable('orgs').set({ status: 'suspended' }).where('id', '=', closed.key).execute();
    expect((await gateway.graphql(records, { id: closed.id }, caller)).errors[0]?.extensions.code).toBe('NOT_FOUND');
  });
});

describe('Many orgs', () => {
  const query = '{ me { orgMemberships { org { id patients(first: 5) { nodes { mrn provider { lastName } } } } } } }';

  it('of which one can’t be read give an error in its place, and the rest of the answer', async () => {
    const userId = await aUser(gateway.database);
    await aMembership(gateway.database, org.id, userId);
    // An org that has no schema, as one whose shard is down.
    const broken = await anOrg(gateway.database, { members: [userId] });
    const { status, data, errors } = await gateway.graphql<
      { me: { orgMemberships: { org: { id: string; patients: unknown } }[] } },
      object
    >(query, {}, { token: gateway.tokenFor(userId) });
    expect(status).toBe(200);
    const found = new Map(data?.me.orgMemberships.map((membership) => [membership.org.id, membership.org.patients]));
    expect(found.get(broken)).toBeNull();
    expect(found.get(org.id)).toMatchObject({ nodes: { length: 5 } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE']);
  });

  it('take as many statements each, however many rows they have', async () => {
    const nested = (first: number) =>
      `patients(first: ${first}) { nodes { mrn provider { lastName } location { name } coverageCategory } }`;
    // Those on the shard as well, which the database of the tests does not count.
    const sent = jest.spyOn(pg.Client.prototype, 'query');
    const statementsOf = async (first: number) => {
      sent.mockClear();
      await read(nested(first));
      return sent.mock.calls.length;
    };
    await read(nested(1));
    const many = await statementsOf(40);
    expect(many).toBeGreaterThan(4);
    expect(many).toBe(await statementsOf(2));
    sent.mockRestore();
  });
});
