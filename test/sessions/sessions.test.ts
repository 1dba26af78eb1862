import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { aUser, letExpire, shutOut } from '../support/builders.js';
import { RefreshDocument, SignInDocument, SignOutDocument } from '../support/documents.generated.js';
import { type Caller, type GraphQLAnswer, type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
/** A third, which believes what a proxy says of the address that a request came from. */
let behindProxy: TestGateway;
/** A second gateway on the same database: what one has been told must hold at the other. */
let other: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
  other = await testGateway({}, gateway.database);
  behindProxy = await testGateway({ TRUST_PROXY: '127.0.0.1' }, gateway.database);
});
afterAll(async () => {
  await behindProxy.close();
  await other.close();
  await gateway.close();
});

const password = 'a passphrase of the tests';
const changePassword = `mutation ($current: String!, $next: String!) {
  changePassword(input: { currentPassword: $current, newPassword: $next }) { endedSessions } }`;
const deactivateUser = 'mutation ($id: UUID!) { deactivateUser(id: $id) { user { id } } }';
const deleteUser = 'mutation ($id: UUID!) { deleteUser(id: $id) { deletedId } }';
let count = 0;

/** A new user who can sign in. */
async function aPerson() {
  count += 1;
  const email = `person${count}@sessions.example`;
  return { email, id: await aUser(gateway.database, { email, displayName: `Person ${count}`, password }) };
}

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

function pairOf(pair: Pair | undefined): Pair {
  if (!pair) throw new Error('No tokens were given.');
  return { accessToken: pair.accessToken, refreshToken: pair.refreshToken };
}

async function signIn(email: string): Promise<Pair> {
  return pairOf((await gateway.graphql(SignInDocument, { email, password })).data?.login);
}

const refresh = (token: string, at = gateway) => at.graphql(RefreshDocument, { token });
const isLetIn = async (token: string) => (await other.rest('GET', '/v1/users/me', { token })).status === 200;

/** The session's end and what the trail says of it. */
async function sessionsOf(userId: string) {
  const rows = await gateway.database.db
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .select(['s.public_id', 's.end_reason'])
    .where('u.public_id', '=', userId)
    .orderBy('s.id')
    .execute();
  return rows.map((row) => ({ id: row.public_id, endReason: row.end_reason }));
}

async function trailOf(sessionId: string | undefined) {
  const rows = await gateway.database.db
    .selectFrom('platform_audit_log')
    .select(['action', 'actor_id', 'actor_type'])
    .where('resource_type', '=', 'session')
    .where('resource_id', '=', sessionId ?? '')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row }));
}

/** Who presents a token that is good for nothing is not known by it. */
const deadToken = { action: 'session.refresh_failed', actor_id: 'anonymous', actor_type: 'system' };
const by = (id: string, ...actions: string[]) => actions.map((action) => ({ action, actor_id: id, actor_type: 'user' }));

describe('signing in', () => {
  it('takes the email in any case, and leaves an entry by the user', async () => {
    const { id, email } = await aPerson();
    const { data, errors } = await gateway.graphql(SignInDocument, { email: email.toUpperCase(), password });
    expect({ errors, user: data?.login.user.id }).toEqual({ errors: [], user: id });
    expect(await isLetIn(data?.login.accessToken ?? '')).toBe(true);
    const [session] = await sessionsOf(id);
    expect(await trailOf(session?.id)).toEqual(by(id, 'session.start'));
    const me = await gateway.graphql<{ me: { lastLoginAt: string } }, object>(
      '{ me { lastLoginAt } }',
      {},
      { token: data?.login.accessToken },
    );
    expect(Date.now() - Date.parse(me.data?.me.lastLoginAt ?? '')).toBeLessThan(60_000);
  });

  it('is refused with the same answer, whatever is wrong', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, aPerson));
    const [suspended, deactivated, deleted, blocked, wrong] = people.map(({ email }) => email);
    for (const [i, how] of (['suspended', 'deactivated', 'deleted', 'blocked'] as const).entries()) {
      await shutOut(gateway.database, people[i]?.id ?? '', how);
    }
    await aUser(gateway.database, { email: 'no-password@sessions.example' });
    const attempts = [
      { email: wrong, password: 'another passphrase' },
      { email: wrong, password: '' },
      { email: wrong, password: `${password} ` },
      { email: wrong, password: password.repeat(100) },
      { email: 'nobody@sessions.example', password },
      { email: 'no-password@sessions.example', password: '' },
      { email: 'no-password@sessions.example', password: 'no password has this hash' },
      ...[suspended, deactivated, deleted, blocked].map((email) => ({ email, password })),
    ];
    for (const { email = '', password: tried } of attempts) {
      const { status, headers, data, errors } = await gateway.graphql(SignInDocument, { email, password: tried });
      const said = errors.map(({ message, path, extensions }) => ({ message, path, extensions }));
      expect({ status, challenge: headers.get('www-authenticate'), data, said }).toEqual({
        status: 200,
        challenge: 'Bearer',
        data: null,
        said: [{ message: 'The email or the password is wrong.', path: ['login'], extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }
    expect((await Promise.all(people.map(({ id }) => sessionsOf(id)))).flat()).toEqual([]);
  });

  const meanwhile: readonly { what: string; act: (caller: Caller, id: string) => Promise<GraphQLAnswer<unknown>>; stays: number }[] = [
    // The session that changed it stays.
    {
      what: 'is changed',
      act: (caller) => other.graphql(changePassword, { current: password, next: 'another passphrase' }, caller),
      stays: 1,
    },
    { what: 'is gone with its user', act: (_, id) => other.graphql(deleteUser, { id }, { token: other.adminToken }), stays: 0 },
    { what: 'counts no more', act: (_, id) => other.graphql(deactivateUser, { id }, { token: other.adminToken }), stays: 0 },
  ];
  it.each(meanwhile)('is refused where the password $what while it is checked', async ({ act, stays }) => {
    const { id, email } = await aPerson();
    const { accessToken } = await signIn(email);
    const headers = { 'x-forwarded-for': '198.51.100.7' };
    const address = createHash('sha256').update('password from 198.51.100.7').digest();
    const watcher = new pg.Client({ connectionString: gateway.database.url });
    await watcher.connect();
    try {
      // It counts the attempt, reads the user, checks the password, and takes the attempt back: there it is held up, or it is sent again.
      const send = () => behindProxy.graphql(SignInDocument, { email, password }, { headers });
      let late = send();
      for (;;) {
        await watcher.query('begin');
        const { rows } = await watcher.query('select from attempts where subject = $1 and count > 0 for update', [address]);
        if (rows.length > 0) break;
        await watcher.query('commit');
        if (await Promise.race([late.then(() => true), setImmediate(false)])) late = send();
      }
      expect((await act({ token: accessToken }, id)).errors).toEqual([]);
      await watcher.query('commit');
      const { data } = await late;
      expect(data?.login ? await isLetIn(data.login.accessToken) : false).toBe(false);
    } finally {
      await watcher.end();
    }
    expect((await sessionsOf(id)).filter(({ endReason }) => endReason === null)).toHaveLength(stays);
  });

  it('names an email that is none', async () => {
    const { errors } = await gateway.graphql(SignInDocument, { email: 'nobody', password });
    expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining('email') });
  });
});

describe('a refresh token', () => {
  it('is traded for a new pair, which is traded in turn', async () => {
    const { id, email } = await aPerson();
    const first = await signIn(email);
    const second = pairOf((await refresh(first.refreshToken)).data?.refreshToken);
    const third = pairOf((await refresh(second.refreshToken, other)).data?.refreshToken);
    expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
    expect(await isLetIn(third.accessToken)).toBe(true);
    // Earlier access tokens of the session hold until they expire.
    expect(await isLetIn(first.accessToken)).toBe(true);
    const [session] = await sessionsOf(id);
    expect(await trailOf(session?.id)).toEqual(by(id, 'session.start', 'session.refresh', 'session.refresh'));
  });

  it('that is presented again ends its session, and no other', async () => {
    const { id, email } = await aPerson();
    const [stolen, elsewhere] = [await signIn(email), await signIn(email)];
    const next = pairOf((await refresh(stolen.refreshToken)).data?.refreshToken);
    expect((await refresh(stolen.refreshToken, other)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');

    expect((await refresh(next.refreshToken)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await Promise.all([stolen, next].map(({ accessToken }) => isLetIn(accessToken)))).toEqual([false, false]);
    const [ended, alive] = await sessionsOf(id);
    expect([ended?.endReason, alive?.endReason]).toEqual(['reuse', null]);
    // After the session's end neither is good for anything; both attempts are one entry, and counted.
    expect((await refresh(stolen.refreshToken)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await trailOf(ended?.id)).toEqual([...by(id, 'session.start', 'session.refresh', 'session.end'), deadToken]);
    expect(await isLetIn(elsewhere.accessToken)).toBe(true);
    expect((await refresh(elsewhere.refreshToken)).errors).toEqual([]);
  });

  it('that eight present at once is traded for one of them, and its session ends', async () => {
    const { id, email } = await aPerson();
    const { accessToken, refreshToken } = await signIn(email);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => refresh(refreshToken, i % 2 ? gateway : other)));
    const won = answers.filter(({ errors }) => errors.length === 0);
    expect(won).toHaveLength(1);
    const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    expect(codes).toEqual(Array.from({ length: 7 }, () => 'UNAUTHENTICATED'));
    const pair = pairOf(won[0]?.data?.refreshToken);
    expect(await Promise.all([accessToken, pair.accessToken].map(isLetIn))).toEqual([false, false]);
    expect((await refresh(pair.refreshToken)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const [session] = await sessionsOf(id);
    expect(session?.endReason).toBe('reuse');
    // Of seven reuses, one ended the session; the others came after its end.
    expect(await trailOf(session?.id)).toEqual([...by(id, 'session.start', 'session.refresh', 'session.end'), deadToken]);
  });

  it('is refused of a user who may not sign in', async () => {
    for (const how of ['suspended', 'deactivated', 'deleted', 'blocked'] as const) {
      const { id, email } = await aPerson();
      const { refreshToken } = await signIn(email);
      await shutOut(gateway.database, id, how);
      const { data, errors } = await refresh(refreshToken);
      expect({ how, data, code: errors[0]?.extensions.code }).toEqual({ how, data: null, code: 'UNAUTHENTICATED' });
      const [session] = await sessionsOf(id);
      expect(await trailOf(session?.id)).toEqual([...by(id, 'session.start'), deadToken]);
    }
  });

  it('that has expired is refused, and its session lives as long as it would', async () => {
    const { id, email } = await aPerson();
    const { accessToken, refreshToken } = await signIn(email);
    const [session] = await sessionsOf(id);
    await letExpire(gateway.database, 'refresh token', session?.id ?? '');
    expect((await refresh(refreshToken)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await isLetIn(accessToken)).toBe(true);
    expect((await sessionsOf(id))[0]?.endReason).toBeNull();
    expect(await trailOf(session?.id)).toEqual([...by(id, 'session.start'), deadToken]);
  });

  it('that never was is refused with the same answer as one that was used', async () => {
    const { email } = await aPerson();
    const { accessToken, refreshToken } = await signIn(email);
    await refresh(refreshToken);
    const used = (await refresh(refreshToken)).errors;
    expect(used).toMatchObject([{ message: 'This refresh token is not good, or not any more: sign in again.' }]);
    for (const never of ['', 'trt_', `trt_${'A'.repeat(43)}`, `${refreshToken} `, refreshToken.toUpperCase(), accessToken]) {
      expect((await refresh(never)).errors).toEqual(used);
    }
  });
});

describe('signing out', () => {
  it('ends the session at once, at every gateway, and no other', async () => {
    const { id, email } = await aPerson();
    const [here, elsewhere] = [await signIn(email), await signIn(email)];
    const next = pairOf((await refresh(here.refreshToken)).data?.refreshToken);
    const out = await gateway.graphql(SignOutDocument, {}, { token: here.accessToken });
    expect(out.errors).toEqual([]);
    expect(await Promise.all([here, next].map(({ accessToken }) => isLetIn(accessToken)))).toEqual([false, false]);
    expect((await refresh(next.refreshToken, other)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await gateway.graphql(SignOutDocument, {}, { token: next.accessToken })).status).toBe(401);
    const [ended] = await sessionsOf(id);
    expect(ended?.endReason).toBe('logout');
    expect(await trailOf(ended?.id)).toEqual([...by(id, 'session.start', 'session.refresh', 'session.end'), deadToken]);
    expect(await isLetIn(elsewhere.accessToken)).toBe(true);
  });

  it('is a conflict with a token that belongs to no session', async () => {
    const { id } = await aPerson();
    const { errors } = await gateway.graphql(SignOutDocument, {}, { token: gateway.tokenFor(id) });
    expect(errors[0]?.extensions.code).toBe('CONFLICT');
  });
});

describe('a session that has expired', () => {
  it('lets nobody in, by neither token', async () => {
    const { id, email } = await aPerson();
    const { accessToken, refreshToken } = await signIn(email);
    const [session] = await sessionsOf(id);
    await letExpire(gateway.database, 'session', session?.id ?? '');
    expect(await isLetIn(accessToken)).toBe(false);
    expect((await refresh(refreshToken)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await trailOf(session?.id)).toEqual([...by(id, 'session.start'), deadToken]);
  });
});

describe('the lifetimes', () => {
  it('are those of the configuration', async () => {
    const short = await testGateway({ ACCESS_TOKEN_TTL: '60' }, gateway.database);
    try {
      const { email } = await aPerson();
      const { data } = await short.graphql(SignInDocument, { email, password });
      const left = Date.parse(data?.login.expiresAt ?? '') - Date.now();
      expect(left).toBeGreaterThan(50_000);
      expect(left).toBeLessThanOrEqual(60_000);
    } finally {
      await short.close();
    }
  });
});
