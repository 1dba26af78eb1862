import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aMembership, anOrg, aUser, shutOut } from '../support/builders.js';
import { testDatabase } from '../support/database.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
/** Users that stay while lists are walked; several are equal in each order. */
let staying: readonly string[];
/** Users that come and go meanwhile. */
const passing: string[] = [];

const names = ['Ada', 'ada', 'Żaneta', 'Zoë', '_', '%', 'Ada\u0301', 'Bob', "O'Neil", '"quoted"'];
const days = [
  undefined,
  '2026-01-01T00:00:00.000001Z',
  '2026-01-01T00:00:00.000002Z',
  '2025-06-30T23:59:59.999999Z',
  '1970-01-01T00:00:00Z',
];

/** A user like others: number `i` shares its name, its birthday and its last sign-in with some. */
function nextUser(i: number): Promise<string> {
  const day = days[i % days.length];
  return aUser(gateway.database, {
    displayName: names[i % names.length],
    createdAt: days[i % 4] ?? '2024-02-29T12:00:00Z',
    lastLoginAt: day,
  });
}

beforeAll(async () => {
  gateway = await testGateway();
  const made = [];
  for (let i = 0; i < 40; i += 1) made.push(await nextUser(i));
  staying = made;
  for (let i = 0; i < 60; i += 1) passing.push(await nextUser(i));
});
afterAll(() => gateway.close());

interface List {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  readonly hasNextPage: boolean;
  readonly nextCursor: string | null;
  readonly totalCount: number;
}

const whole =
  'edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } hasNextPage nextCursor';

async function list<T = List>(query: string, variables?: Record<string, unknown>): Promise<T> {
  const { data, errors } = await gateway.graphql<{ list: T }, unknown>(query, variables, { token: gateway.adminToken });
  expect(errors).toEqual([]);
  if (!data) throw new Error('No data.');
  return data.list;
}

const users = `query ($first: Int, $after: String, $orderBy: UserOrder) { list: users(first: $first, after: $after, orderBy: $orderBy) { ${whole} } }`;
const fields = ['DISPLAY_NAME', 'EMAIL', 'CREATED_AT', 'LAST_LOGIN_AT'];
const orders = [undefined, ...fields.flatMap((field) => ['ASC', 'DESC'].map((direction) => ({ field, direction })))];

/** Walks a whole list, page by page, and lets something happen between any two pages. @returns the ids as they came */
async function walk(orderBy: unknown, first: number, meanwhile: (cursorRow: string) => Promise<void> = async () => {}): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  for (;;) {
    const page: List = await list(users, { first, after, orderBy });
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    expect(page.nodes).toEqual(page.edges.map(({ node }) => node));
    expect([startCursor, endCursor]).toEqual([page.edges[0]?.cursor ?? null, page.edges.at(-1)?.cursor ?? null]);
    expect(hasPreviousPage).toBe(after !== null);
    expect([page.hasNextPage, page.nextCursor]).toEqual([hasNextPage, hasNextPage ? endCursor : null]);
    expect(page.nodes).toHaveLength(hasNextPage ? first : page.nodes.length);
    seen.push(...page.nodes.map(({ id }) => id));
    if (!hasNextPage) return seen;
    await meanwhile(seen.at(-1) ?? '');
    after = endCursor;
  }
}

describe('walking all users forward', () => {
  it.each(orders)('gives each exactly once, while others come and go: by %j', async (orderBy) => {
    let pages = 0;
    const seen = await walk(orderBy, 7, async (cursorRow) => {
      pages += 1;
      // One comes that may stand before the cursor or behind it, and one goes: the row of the cursor itself where it may.
      passing.push(await nextUser(pages));
      const leaving = passing.includes(cursorRow) ? cursorRow : passing[(pages * 7) % passing.length];
      if (leaving === undefined) throw new Error('Nobody is left to go.');
      passing.splice(passing.indexOf(leaving), 1);
      await shutOut(gateway.database, leaving, 'deleted');
    });
    expect(pages).toBeGreaterThan(10);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => staying.includes(id)).sort()).toEqual([...staying].sort());
  });

  it.each(orders)('is in the same order whatever the size of the pages: by %j', async (orderBy) => {
    const inOne = await walk(orderBy, 100);
    expect(await walk(orderBy, 13)).toEqual(inOne);
  });

  it.each(fields)('is backward the other way around: by %s', async (field) => {
    const forward = await walk({ field, direction: 'ASC' }, 50);
    expect((await walk({ field, direction: 'DESC' }, 50)).reverse()).toEqual(forward);
  });

  it('ends at an exact page with no next one', async () => {
    const { totalCount } = await list('{ list: users { totalCount } }');
    const last = await list(users, { first: 1, after: (await list(users, { first: totalCount - 1 })).pageInfo.endCursor });
    expect(last.nodes).toHaveLength(1);
    expect(last.pageInfo.hasNextPage).toBe(false);
    const beyond = await list(users, { first: 1, after: last.pageInfo.endCursor });
    expect(beyond).toMatchObject({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });
});

describe('a page', () => {
  it('begins behind the cursor of any of its rows', async () => {
    const page = await list(users, { first: 10 });
    const behind = await list(users, { first: 6, after: page.edges[3]?.cursor });
    expect(behind.edges).toEqual(page.edges.slice(4));
  });

  it('by its number holds the same rows as by cursors', async () => {
    const byNumber = (page: number) => list(`{ list: users(first: 6, page: ${page}) { ${whole} } }`);
    const first = await list(users, { first: 6 });
    const second = await list(users, { first: 6, after: first.pageInfo.endCursor });
    expect(await byNumber(1)).toEqual(first);
    expect(await byNumber(2)).toEqual(second);
    expect((await byNumber(2_147_483_647)).nodes).toEqual([]);
  });

  it.each([0, -1])('is counted from 1: %i', async (page) => {
    const { errors } = await gateway.graphql(`{ users(page: ${page}) { totalCount } }`, undefined, { token: gateway.adminToken });
    expect(errors.map(({ path, extensions }) => [path, extensions])).toMatchObject([
      [['users'], { code: 'BAD_USER_INPUT', issues: [{ path: ['page'] }] }],
    ]);
  });

  it('is asked for by cursor or by number, not by both', async () => {
    const { endCursor } = (await list(users, { first: 1 })).pageInfo;
    for (const after of [endCursor, '']) {
      const query = 'query ($after: String) { users(after: $after, page: 1) { totalCount } }';
      const { errors } = await gateway.graphql(query, { after }, { token: gateway.adminToken });
      expect(errors.map(({ extensions }) => extensions)).toMatchObject([{ code: 'BAD_USER_INPUT', issues: [{ path: ['page'] }] }]);
    }
  });

  it('is of each parent for itself in a nested list', async () => {
    const orgs = [];
    for (const size of [0, 1, 5]) {
      const org = await anOrg(gateway.database, { name: `Nested ${size}` });
      for (const id of staying.slice(0, size)) await aMembership(gateway.database, org, id);
      orgs.push(org);
    }
    const query = `query ($after: String) { list: orgs(filter: { search: "Nested" }) { nodes { id name members(first: 2, after: $after) {
      totalCount edges { cursor } nodes { userId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }`;
    interface Nested {
      readonly nodes: readonly { readonly members: Omit<List, 'nodes'> & { readonly nodes: readonly { readonly userId: string }[] } }[];
    }
    const seen: string[] = [];
    let after: string | null = null;
    for (const expected of [
      [0, 1, 2],
      [0, 0, 2],
      [0, 0, 1],
    ]) {
      const page: Nested = await list<Nested>(query, { after });
      expect(page.nodes.map(({ members }) => members.nodes.length)).toEqual(expected);
      expect(page.nodes.map(({ members }) => members.totalCount)).toEqual([0, 1, 5]);
      const last = page.nodes[2]?.members;
      seen.push(...(last?.nodes.map(({ userId }) => userId) ?? []));
      after = last?.pageInfo.endCursor ?? null;
    }
    expect([...seen].sort()).toEqual(staying.slice(0, 5).sort());
  });
});

describe('a total', () => {
  it('is of the whole list, on every page of it, also on one that is empty', async () => {
    const total = (await walk(undefined, 100)).length;
    for (const args of ['first: 1', 'first: 100, page: 1000', 'first: 5, page: 2']) {
      expect((await list(`{ list: users(${args}) { totalCount } }`)).totalCount).toBe(total);
    }
    expect((await list('{ list: users(filter: { search: "nobody is called so" }) { totalCount nodes { id } } }')).totalCount).toBe(0);
  });

  it('is counted only where it is selected, and then in the statement of the page', async () => {
    // One connection: what it has prepared is all that was run.
    const database = await testDatabase('template', { poolSize: 1 });
    const single = await testGateway({}, database);
    try {
      const ran = async (query: string) => {
        const before = database.statements();
        expect((await single.graphql(query, undefined, { token: single.adminToken })).errors).toEqual([]);
        const count = database.statements() - before;
        const { rows } = await database.pool.query<{ statement: string }>(
          "select statement from pg_prepared_statements where statement like '/* users%' order by prepare_time desc, name desc limit 1",
        );
        return { count, text: rows[0]?.statement ?? '' };
      };
      const plain = await ran('{ users(first: 1) { nodes { id } pageInfo { hasNextPage } } }');
      expect(plain.text).not.toContain('count(');
      const counted = await ran('{ users(first: 1) { totalCount nodes { id } pageInfo { hasNextPage } } }');
      expect(counted.text).toContain('count(');
      // The caller, and the list.
      expect([plain.count, counted.count]).toEqual([2, 2]);
    } finally {
      await single.close();
      await database.drop();
    }
  });
});
