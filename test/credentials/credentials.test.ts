import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { authProviderDeliveries } from '../../src/authProvider/deliveries.duty.js';
import { passwordResets } from '../../src/credentials/passwordResets.duty.js';
import { deadTokens } from '../../src/tokens/deadTokens.duty.js';
import { aUser, letExpire } from '../support/builders.js';
import type { Caller, GraphQLAnswer } from '../support/gateway.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

let receiver: Receiver;
let gateway: TestGateway;
beforeAll(async () => {
  receiver = await startReceiver();
  gateway = await testGateway({
    AUTH_WEBHOOK_URL: receiver.url,
    AUTH_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    TRUST_PROXY: '127.0.0.1',
  });
});
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

const old = 'the old one, long';
const next = 'the next one, longer';

const documents = {
  login: 'mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }',
  me: '{ me { email isVerified } }',
  changePassword: 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { endedSessions } }',
  requestPasswordReset: 'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { accepted } }',
  resetPassword: 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { endedSessions } }',
  verifyEmail: 'mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { email } }',
  requestEmailVerification: 'mutation { requestEmailVerification { accepted } }',
} as const;

let count = 0;
const freshAddress = () => {
  count += 1;
  return `198.51.${count >> 8}.${count & 255}`;
};
let from: string;
beforeEach(() => {
  // Each test comes from an address of its own, so that none is held up by what another tried.
  from = freshAddress();
});

function run(name: keyof typeof documents, input: object = {}, caller: Caller = {}): Promise<GraphQLAnswer<Record<string, never>>> {
  const headers = { 'x-forwarded-for': from, ...caller.headers };
  return gateway.graphql<Record<string, never>, object>(documents[name], { input }, { ...caller, headers });
}

const codeOf = ({ errors }: GraphQLAnswer<unknown>) => errors[0]?.extensions.code;

async function aPerson(): Promise<{ id: string; email: string }> {
  count += 1;
  const email = `person${count}@acme.example`;
  return { id: await aUser(gateway.database, { email, password: old }), email };
}

async function session(email: string, password = old): Promise<Caller> {
  const { data } = await gateway.graphql<{ login: { accessToken: string } }, object>(
    documents.login,
    { input: { email, password } },
    { headers: { 'x-forwarded-for': from } },
  );
  return { token: data?.login.accessToken };
}

const canRead = async (caller: Caller) => (await run('me', {}, caller)).errors.length === 0;

/** The last event of a type that the provider was told of an email. */
async function told(type: string, email: string): Promise<string | undefined> {
  await gateway.runDuty(passwordResets);
  await gateway.runDuty(authProviderDeliveries);
  const event = receiver.received.filter((one) => one.event.type === type && one.event.data.email === email).at(-1)?.event;
  return event && String(event.data.token);
}

describe('changing a password', () => {
  it('needs the current one, keeps this session and ends the others', async () => {
    const { email } = await aPerson();
    const [here, there] = [await session(email), await session(email)];
    const wrong = await run('changePassword', { currentPassword: 'not this one', newPassword: next }, here);
    expect([codeOf(wrong), wrong.errors[0]?.message]).toEqual(['BAD_USER_INPUT', expect.stringContaining('currentPassword')]);

    const { data } = await run('changePassword', { currentPassword: old, newPassword: next }, here);
    expect(data).toEqual({ changePassword: { endedSessions: 1 } });
    expect([await canRead(here), await canRead(there)]).toEqual([true, false]);
    expect([(await session(email)).token, (await session(email, next)).token]).toEqual([undefined, expect.any(String)]);
  });

  it.each(['1234567', 'Password123', 'aaaaaaaaaaaa', 'abcdefghij', 'qwertyuiop', 'person', 'PASSW0RD!'])(
    'refuses %s',
    async (newPassword) => {
      const { email } = await aPerson();
      const answer = await run('changePassword', { currentPassword: old, newPassword }, await session(email));
      expect(codeOf(answer)).toBe('BAD_USER_INPUT');
      expect(JSON.stringify(answer.errors)).not.toContain(newPassword);
    },
  );

  it('refuses the user’s own email', async () => {
    const { email } = await aPerson();
    expect(codeOf(await run('changePassword', { currentPassword: old, newPassword: email }, await session(email)))).toBe('BAD_USER_INPUT');
  });
});

describe('setting a password anew', () => {
  it('goes by a token in the email, once, and ends every session', async () => {
    const { email } = await aPerson();
    const before = await session(email);
    expect((await run('requestPasswordReset', { email: email.toUpperCase() })).data).toEqual({ requestPasswordReset: { accepted: true } });
    const token = await told('password.reset_requested', email);
    expect(token).toMatch(/^tpr_/);

    expect((await run('resetPassword', { token, newPassword: next })).data).toEqual({ resetPassword: { endedSessions: 1 } });
    expect(await canRead(before)).toBe(false);
    expect(codeOf(await run('resetPassword', { token, newPassword: old }))).toBe('BAD_USER_INPUT');
    const after = await session(email, next);
    expect((await run('me', {}, after)).data).toEqual({ me: { email, isVerified: true } });
  });

  it('answers the same where nobody has the email, and tells nobody', async () => {
    const answer = await run('requestPasswordReset', { email: 'nobody@acme.example' });
    expect(answer.data).toEqual({ requestPasswordReset: { accepted: true } });
    expect(await told('password.reset_requested', 'nobody@acme.example')).toBeUndefined();
    const waiting = await gateway.database.db.selectFrom('password_reset_requests').selectAll().execute();
    expect(waiting).toEqual([]);
  });

  it('is won by one of two that use the token at once', async () => {
    const { email } = await aPerson();
    await run('requestPasswordReset', { email });
    const token = await told('password.reset_requested', email);
    const answers = await Promise.all([next, `${next}!`].map((newPassword) => run('resetPassword', { token, newPassword })));
    expect(answers.map(codeOf).sort()).toEqual(['BAD_USER_INPUT', undefined]);
  });

  it('is refused with the token before the last one', async () => {
    const { email } = await aPerson();
    await run('requestPasswordReset', { email });
    const first = await told('password.reset_requested', email);
    await run('requestPasswordReset', { email });
    const second = await told('password.reset_requested', email);
    expect(codeOf(await run('resetPassword', { token: first, newPassword: next }))).toBe('BAD_USER_INPUT');
    expect((await run('resetPassword', { token: second, newPassword: next })).errors).toEqual([]);
  });

  it('is refused once the email is another one', async () => {
    const { id, email } = await aPerson();
    await run('requestPasswordReset', { email });
    const token = await told('password.reset_requested', email);
    await gateway.database.db
      .updateTable('users')
      .set({ email: `moved.${email}` })
      .where('public_id', '=', id)
      .execute();
    expect(codeOf(await run('resetPassword', { token, newPassword: next }))).toBe('BAD_USER_INPUT');
  });

  it('keeps the token nowhere that it could be read', async () => {
    const { email } = await aPerson();
    await run('requestPasswordReset', { email });
    const token = String(await told('password.reset_requested', email));
    const { db } = gateway.database;
    const kept = await Promise.all([
      db.selectFrom('one_time_tokens').selectAll().execute(),
      db.selectFrom('auth_provider_deliveries').selectAll().execute(),
      db.selectFrom('audit_snapshots').selectAll().execute(),
      db.selectFrom('platform_audit_log').selectAll().execute(),
    ]);
    expect(JSON.stringify(kept) + gateway.logs()).not.toContain(token);
  });
});

describe('verifying an email', () => {
  it('goes by a token that is sent to a new user', async () => {
    const email = 'fresh@acme.example';
    const { body } = await gateway.rest('POST', '/v1/users', {
      token: gateway.adminToken,
      body: { email, username: 'fresh', password: old },
    });
    expect(body.is_verified).toBe(false);
    const token = await told('email.verification_requested', email);
    expect((await run('verifyEmail', { token })).data).toEqual({ verifyEmail: { email } });
    expect((await run('me', {}, await session(email))).data).toEqual({ me: { email, isVerified: true } });
    expect(codeOf(await run('verifyEmail', { token }))).toBe('BAD_USER_INPUT');
    expect(codeOf(await run('requestEmailVerification', {}, await session(email)))).toBe('CONFLICT');
  });

  it('has to be done again for a new email', async () => {
    const { id, email } = await aPerson();
    const moved = `moved.${email}`;
    const caller = await session(email);
    await gateway.rest('PUT', `/v1/users/${id}`, { ...caller, body: { email: moved } });
    const token = await told('email.verification_requested', moved);
    expect((await run('verifyEmail', { token })).data).toEqual({ verifyEmail: { email: moved } });
  });
});

describe('guessing passwords', () => {
  it('ends after ten wrong ones for an account, whether or not there is one, and even for the right one', async () => {
    const { email } = await aPerson();
    for (const each of [email, 'no.such.account@acme.example']) {
      const codes = [];
      for (let i = 0; i < 10; i += 1) {
        from = freshAddress();
        codes.push(codeOf(await run('login', { email: each, password: 'a wrong guess' })));
      }
      expect(codes).toEqual(Array(10).fill('UNAUTHENTICATED'));
      const late = await run('login', { email: each, password: old });
      expect({ status: late.status, code: codeOf(late) }).toEqual({ status: 429, code: 'TOO_MANY_REQUESTS' });
      expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(800);
    }
  });

  it('ends after a hundred wrong ones from an address, for whichever accounts', async () => {
    const guesses = [...Array(101).keys()];
    const codes = [];
    for (const i of guesses) codes.push(codeOf(await run('login', { email: `guess${i}@acme.example`, password: 'a wrong guess' })));
    expect(codes.slice(0, 100)).toEqual(Array(100).fill('UNAUTHENTICATED'));
    expect(codes[100]).toBe('TOO_MANY_REQUESTS');
  });

  it('is not what signing in often is', async () => {
    const { email } = await aPerson();
    for (let i = 0; i < 12; i += 1) expect((await session(email)).token).toEqual(expect.any(String));
  });

  it('starves nobody who reads', async () => {
    const reader = await session((await aPerson()).email);
    const flood = [...Array(300).keys()].map((i) =>
      run('login', { email: `flood${i}@acme.example`, password: 'a wrong guess' }, { headers: { 'x-forwarded-for': freshAddress() } }),
    );
    const reads = await Promise.all([1, 2, 3].map(() => run('me', {}, reader)));
    const answers = await Promise.all(flood);
    expect(reads.map(({ errors }) => errors)).toEqual([[], [], []]);
    // How many are too many at once depends on the machine; see the test of the bounded queue.
    const codes = new Set(answers.map(codeOf));
    codes.delete('UNAVAILABLE');
    expect([...codes]).toEqual(['UNAUTHENTICATED']);
  });
});

describe('tokens that nobody can use again', () => {
  let sessionIds: string[] = [];
  afterEach(() => {
    sessionIds = [];
  });

  it('are deleted by the worker and on demand, and counted; those in use stay', async () => {
    await gateway.runDuty(deadTokens);
    const { db } = gateway.database;
    const { email, id } = await aPerson();
    const [dead, alive] = [await session(email), await session(email)];
    const user = await db.selectFrom('users').select('id').where('public_id', '=', id).executeTakeFirstOrThrow();
    const rows = await db.selectFrom('sessions').select('public_id').where('user_id', '=', user.id).orderBy('id').execute();
    sessionIds = rows.map((row) => row.public_id);
    await letExpire(gateway.database, 'session', sessionIds[0] ?? '');

    const cleanup = () => gateway.rest('POST', '/v1/admin/cleanup-tokens', { token: gateway.adminToken });
    expect((await cleanup()).body).toEqual({ deleted_count: 1 });
    expect((await cleanup()).body).toEqual({ deleted_count: 0 });
    expect([await canRead(dead), await canRead(alive)]).toEqual([false, true]);
    const left = await db.selectFrom('sessions').select('public_id').where('user_id', '=', user.id).execute();
    expect(left.map((row) => row.public_id)).toEqual(sessionIds.slice(1));
  });
});
