import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { anImpersonator } from '../access/callers.js';
import { anOrg, aUser } from '../support/builders.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway({ LOG_LEVEL: 'debug' });
});
afterAll(() => gateway.close());

const password = 'canary-password-7f3a';
const email = 'canary@test.example';
const signIn = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }';
const trade = 'mutation ($token: String!) { refreshToken(input: { refreshToken: $token }) { accessToken refreshToken } }';
const makeKey = 'mutation ($name: String!) { createApiKey(input: { name: $name }) { secret apiKey { id } } }';

/** Every row of every table, as one text. */
async function everything(): Promise<string> {
  const tables = await gateway.database.db.introspection.getTables();
  const rows = [];
  for (const { schema, name } of tables) {
    const found = await sql<{ row: string }>`select t::text as row from ${sql.id(schema ?? 'public', name)} t`.execute(gateway.database.db);
    rows.push(...found.rows.map(({ row }) => row));
  }
  return rows.join('\n');
}

/** Sends a body as it is, and returns the whole answer. */
async function sent(body: unknown, { token, headers }: Caller = {}, path = '/graphql'): Promise<string> {
  const { status, headers: answered, body: answer } = await gateway.rest('POST', path, { token, headers, body });
  return JSON.stringify([status, [...answered], answer]);
}

describe('a secret', () => {
  it('is found in no log line, no table, no metric and no answer to a mistake', async () => {
    await aUser(gateway.database, { email, password });
    const call = async <T>(query: string, variables: object, caller: Caller = {}) =>
      (await gateway.graphql<T, object>(query, variables, caller)).data;

    const first = (await call<{ login: Record<string, string> }>(signIn, { input: { email, password } }))?.login ?? {};
    const next = (await call<{ refreshToken: Record<string, string> }>(trade, { token: first.refreshToken }))?.refreshToken ?? {};
    const made = await call<{ createApiKey: { secret: string } }>(makeKey, { name: 'x' }, { token: next.accessToken });
    const typo = 'canary-wrong-passphrase-19cc';
    const forged = `Bearer tky_${'canary-key-'.repeat(4)}`;
    const secrets = {
      password,
      typo,
      forged: forged.slice(7),
      firstAccess: first.accessToken ?? '',
      firstRefresh: first.refreshToken ?? '',
      nextAccess: next.accessToken ?? '',
      nextRefresh: next.refreshToken ?? '',
      apiKey: made?.createApiKey.secret ?? '',
      impersonation: (await anImpersonator(gateway, await anOrg(gateway.database))).token ?? '',
      forgedImpersonation: `imp_${'canary-imp-'.repeat(4)}`,
    };
    expect(secrets.impersonation).toMatch(/^imp_/);
    for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThan(15);

    const { refreshToken, accessToken } = next;
    const answers = [
      await sent({ query: signIn, variables: { input: { email, password: typo } } }),
      // Misspelled, misplaced and of the wrong kind: an error message must not repeat them.
      await sent({ query: signIn, variables: { input: { email: 'no email', password } } }),
      await sent({ query: signIn, variables: { input: { email, password: [password] } } }),
      await sent({ query: signIn, variables: { input: { email, password: { of: password } } } }),
      await sent({ query: signIn, variables: { input: { email, password, extra: 1 } } }),
      await sent({ query: signIn, variables: { input: { email, pasword: password } } }),
      await sent({ query: signIn, variables: { input: { password } } }),
      await sent({ query: signIn, variables: { input: password } }),
      await sent({ query: signIn, variables: { input: [[password]] } }),
      await sent({ query: trade, variables: { token: [refreshToken] } }),
      await sent({ query: trade, variables: { token: first.refreshToken } }),
      await sent({ query: trade, variables: { token: `${accessToken}` } }),
      await sent({ query: trade, variables: password }),
      await sent(`{"query": "${password}`),
      await sent({ query: '{ me { id } }' }, { headers: { authorization: forged } }),
      await sent({ query: '{ me { id } }' }, { headers: { authorization: `Basic ${secrets.apiKey}` } }),
      await sent({ query: '{ me { id } }' }, { headers: { authorization: `Bearer ${accessToken}.x` } }),
      await sent({ query: '{ me { id } }' }, { token: secrets.apiKey, headers: { traceparent: secrets.apiKey } }),
      await sent({ query: '{ me { id } }' }, { token: secrets.impersonation, headers: { traceparent: secrets.impersonation } }),
      await sent({ query: '{ me { id } }' }, { token: secrets.forgedImpersonation }),
      await sent({ query: '{ me { id } }' }, { headers: { authorization: `Basic ${secrets.impersonation}` } }),
      await sent({ query: 'mutation { logout { endedAt } }' }, { token: secrets.impersonation }),
      await sent({ user_uuid: secrets.impersonation }, { token: accessToken }, '/api/v1/platform/impersonation/start'),
      await sent({}, { token: secrets.apiKey }, '/v1/users/me'),
      await sent({ base_version: password }, { token: accessToken }, '/api/v1/platform/orgs'),
    ];
    for (const path of ['/graphql', '/v1/users/me', '/nowhere', '/docs', '/livez']) {
      for (const secret of [secrets.apiKey, secrets.impersonation, accessToken, password]) {
        const { body } = await gateway.rest('GET', `${path}?token=${secret}&access_token=${secret}`, {});
        answers.push(JSON.stringify(body));
      }
    }
    // The session's end by reuse, the key's, and the impersonation's leave entries too.
    expect(await sent({}, { token: secrets.impersonation }, '/api/v1/platform/impersonation/end')).toContain('[204');
    await sent({}, { token: secrets.impersonation }, '/api/v1/platform/impersonation/end');
    await gateway.rest('GET', '/v1/users/me', { token: secrets.apiKey });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('# HELP');
    const logs = gateway.logs();
    expect(logs).toContain('POST /graphql');
    const rows = await everything();
    expect(rows).toContain(email);

    const exported: Record<string, string> = {};
    for (const format of ['CSV', 'NDJSON', 'PARQUET']) {
      const query = `mutation { exportAudit(input: { format: ${format}, filter: {} }) { export { content } } }`;
      const content = (await call<{ exportAudit: { export: { content: string } } }>(query, {}, { token: gateway.adminToken }))?.exportAudit;
      const whole = await fetch(`${gateway.url}${content?.export.content}`, { headers: { authorization: `Bearer ${gateway.adminToken}` } });
      exported[format] = Buffer.from(await whole.arrayBuffer()).toString('latin1');
    }
    expect(exported.CSV).toContain('session.login_failed');

    const places = { logs, rows, metrics, ...exported, ...Object.fromEntries(answers.map((answer, i) => [`answer ${i}`, answer])) };
    const found = Object.entries(places).flatMap(([place, text]) =>
      Object.entries(secrets).flatMap(([secret, value]) => (text.includes(value) ? [`${secret} in ${place}`] : [])),
    );
    expect(found).toEqual([]);
  });

  it('is no part of any snapshot: a password’s hash stays where it is', async () => {
    const id = await aUser(gateway.database, { password });
    const { password_hash: hash } = await gateway.database.db
      .selectFrom('users')
      .select('password_hash')
      .where('public_id', '=', id)
      .executeTakeFirstOrThrow();
    const rename = 'mutation ($id: UUID!) { updateUser(id: $id, input: { displayName: "X" }) { user { id } } }';
    expect((await gateway.graphql(rename, { id }, { token: gateway.adminToken })).errors).toEqual([]);
    const snapshots = await gateway.database.db.selectFrom('audit_snapshots').select(['before', 'after']).execute();
    expect(snapshots.length).toBeGreaterThan(0);
    expect(JSON.stringify(snapshots)).not.toContain(hash);
  });
});
