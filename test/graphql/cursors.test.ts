import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const field = (orderBy: string) => `query ($after: String) { users(first: 1, after: $after, orderBy: ${orderBy}) { edges { cursor } } }`;
const byName = field('{ field: DISPLAY_NAME }');
const byCreation = field('{ field: CREATED_AT }');
const bySignIn = field('{ field: LAST_LOGIN_AT }');

type Users = { users: { edges: { cursor: string }[] } };
const ask = (query: string, after?: string) => gateway.graphql<Users, unknown>(query, { after }, { token: gateway.adminToken });

async function cursorOf(query: string): Promise<string> {
  const cursor = (await ask(query)).data?.users.edges[0]?.cursor;
  if (cursor === undefined) throw new Error('The list is empty.');
  return cursor;
}

const encoded = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A genuine cursor with some of its three parts replaced. */
async function forged(query: string, change: (parts: unknown[]) => unknown): Promise<string> {
  return encoded(change(JSON.parse(Buffer.from(await cursorOf(query), 'base64url').toString())));
}

async function expectRefused(query: string, after: string): Promise<void> {
  const { status, errors, data } = await ask(query, after);
  expect([status, data]).toEqual([200, null]);
  expect(errors).toMatchObject([
    { path: ['users'], extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['after'], type: 'invalid_cursor' }] } },
  ]);
}

describe('a cursor that is none', () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';

  it.each([
    ['empty', ''],
    ['words', 'next page, please'],
    ['no base64', '%%%%'],
    ['no JSON', encoded('nope')],
    ['no list', encoded({ 0: 'display_name_asc', 1: 'a', 2: id, length: 3 })],
    ['null', encoded('null')],
    ['empty list', encoded([])],
    ['too short', encoded(['display_name_asc', 'a'])],
    ['too long', encoded(['display_name_asc', 'a', id, id])],
    ['deep', encoded('['.repeat(50_000))],
    ['large', 'A'.repeat(500_000)],
  ])('is refused, and `after` named: %s', async (_what, after) => {
    await expectRefused(byName, after);
  });

  it.each([
    ['an id that is none', ([name, value]: unknown[]) => [name, value, 'x']],
    ['an id with a text behind it', ([name, value, own]: unknown[]) => [name, value, `${own}' or true`]],
    ['an id that is a number', ([name, value]: unknown[]) => [name, value, 1]],
    ['a value that is no text', ([name, , own]: unknown[]) => [name, 1, own]],
    ['a value that is null', ([name, , own]: unknown[]) => [name, null, own]],
    ['NUL in the value', ([name, , own]: unknown[]) => [name, 'a\0', own]],
    ['a value of great length', ([name, , own]: unknown[]) => [name, 'a'.repeat(1_001), own]],
    ['the name of no order', ([, value, own]: unknown[]) => ['nope', value, own]],
    ['the name of every object’s parent', ([, value, own]: unknown[]) => ['__proto__', value, own]],
  ])('is refused where a genuine one was given %s', async (_what, change) => {
    await expectRefused(byName, await forged(byName, change));
  });

  it.each([
    'yesterday',
    '2026-01-01',
    '2026-13-01 00:00:00+00',
    '2026-02-30 00:00:00+00',
    '2025-02-29 00:00:00+00',
    '2026-01-32 00:00:00+00',
    '2026-01-00 00:00:00+00',
    '2026-01-01 25:00:00+00',
    '2026-01-01 00:60:00+00',
    '2026-01-01 00:00:61+00',
    '0000-01-01 00:00:00+00',
    '2026-01-01 00:00:00+99',
    '2026-01-01 00:00:00.1234567+00',
    "2026-01-01 00:00:00+00'",
    '99999-01-01 00:00:00+00',
    'epoch',
    'now',
  ])('is refused where a genuine one was given the time %p', async (time) => {
    await expectRefused(byCreation, await forged(byCreation, ([name, , own]) => [name, time, own]));
  });

  it('is refused in a list that is ordered otherwise, and in another list', async () => {
    const cursor = await cursorOf(byName);
    await expectRefused(field('{ field: DISPLAY_NAME, direction: DESC }'), cursor);
    await expectRefused(field('{ field: EMAIL }'), cursor);
    await expectRefused(byCreation, cursor);
    const { errors } = await gateway.graphql(
      'query ($after: String) { orgs(after: $after) { totalCount } }',
      { after: cursor },
      { token: gateway.adminToken },
    );
    expect(errors).toMatchObject([{ path: ['orgs'], extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['after'] }] } }]);
  });

  it.each(['orgs', 'groups', 'admins', 'myOrgs', 'myApiKeys'])('is refused in every list: %s', async (name) => {
    const { errors } = await gateway.graphql(`{ ${name}(after: "x") { totalCount } }`, undefined, { token: gateway.adminToken });
    expect(errors).toMatchObject([{ path: [name], extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['after'] }] } }]);
  });
});

describe('a cursor', () => {
  it.each([
    '-infinity',
    'infinity',
    '2026-01-01 00:00:00+00',
    '2024-02-29 23:59:59.999999+00',
    '0001-01-01 00:00:00+00',
    '9999-12-31 23:59:59+00',
  ])('may stand at any time that the database can hold: %s', async (time) => {
    for (const query of [byCreation, bySignIn]) {
      expect((await ask(query, await forged(query, ([name, , own]) => [name, time, own]))).errors).toEqual([]);
    }
  });
});
