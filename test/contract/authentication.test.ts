import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { v7 as uuidv7 } from 'uuid';
import { issueAccessToken } from '../../src/access/accessTokens.js';
import { permissionKeys } from '../../src/access/permissions.js';
import { signingKeys } from '../../src/access/signingKeys.js';
import { shutOut } from '../support/builders.js';
import { contractOperation } from './operations.js';
import { aScene, type Person, type Scene } from './scene.js';
import { noUuid, nowhere } from './statusCaseKit.js';
import { statusCases } from './statusCases.js';
import { traceIdIn } from './trace.js';

let scene: Scene;
beforeAll(async () => {
  scene = await aScene();
});
afterAll(() => scene.close());

/** What is in the Authorization header; undefined where there is none. */
type Credential = (scene: Scene) => Promise<string | undefined> | string | undefined;

function headersOf(authorization: string | undefined): Record<string, string> {
  return authorization === undefined ? {} : { authorization };
}

const otherSecret = Buffer.from('vutsrqponmlkjihgfedcba9876543210');

/** A token of someone whom the platform let in, and does no longer. */
function ofOneWhoWas(how: Parameters<typeof shutOut>[2]): Credential {
  return async (scene) => {
    const { id, token } = await aKnownCaller(scene);
    await shutOut(scene.gateway.database, id, how);
    return `Bearer ${token}`;
  };
}

/** Holds every permission, and was let in with their token. */
async function aKnownCaller({ holderOf, call }: Scene): Promise<Person> {
  const person = await holderOf(...permissionKeys);
  const { status } = await call('get_me', { token: person.token });
  expect(status).toBe(200);
  return person;
}

function signedBy(secret: Buffer, kid: string): Credential {
  return ({ admin }) => `Bearer ${issueAccessToken(signingKeys([{ kid, secret }], 'tenantry', 'tenantry'), { sub: admin.id }, 900).token}`;
}

async function aKey({ gateway, admin }: Scene): Promise<{ id: string; secret: string }> {
  const document = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }';
  const input = { name: 'contract', permissions: [...permissionKeys] };
  const { data } = await gateway.graphql<{ createApiKey: { secret: string; apiKey: { id: string } } }, unknown>(
    document,
    { input },
    { token: admin.token },
  );
  if (!data) throw new Error('No key was made.');
  return { id: data.createApiKey.apiKey.id, secret: data.createApiKey.secret };
}

const credentials: readonly (readonly [string, Credential])[] = [
  ['no token', () => undefined],
  ['an empty token', () => 'Bearer '],
  ['a malformed token', () => 'Bearer not.a.token'],
  ['a valid token under another scheme', ({ admin }) => `Token ${admin.token}`],
  ['two tokens', ({ admin }) => `Bearer ${admin.token} ${admin.token}`],
  ['an expired token', ({ gateway, admin }) => `Bearer ${gateway.tokenFor(admin.id, -1)}`],
  ['a token signed with another secret', signedBy(otherSecret, 'test')],
  ['a token signed with a key that is not known', signedBy(otherSecret, 'other')],
  ['an unsigned token', ({ admin }) => `Bearer ${jwt.sign({ sub: admin.id }, '', { algorithm: 'none', expiresIn: 900 })}`],
  ['a token of nobody', ({ gateway }) => `Bearer ${gateway.tokenFor(uuidv7())}`],
  ['a token of a suspended user', ofOneWhoWas('suspended')],
  ['a token of a deactivated user', ofOneWhoWas('deactivated')],
  ['a token of a deleted user', ofOneWhoWas('deleted')],
  ['a token of a blocked user', ofOneWhoWas('blocked')],
  ['an API key that was never made', () => `Bearer tky_${'A'.repeat(43)}`],
  [
    'an API key that was revoked',
    async (scene) => {
      const { id, secret } = await aKey(scene);
      expect((await scene.call('get_orgs', { token: secret })).status).toBe(200);
      const { errors } = await scene.gateway.graphql(
        'mutation ($id: UUID!) { revokeApiKey(id: $id) { revokedAt } }',
        { id },
        { token: scene.admin.token },
      );
      expect(errors).toEqual([]);
      return `Bearer ${secret}`;
    },
  ],
];

const operations = Object.keys(statusCases);
const params = nowhere;

describe('an operation called with a credential that does not hold', () => {
  it.each(credentials)('answers 401 to %s, whichever operation it is', async (_what, credential) => {
    const authorization = await credential(scene);
    for (const id of operations) {
      const answer = await scene.call(id, { headers: headersOf(authorization), params });
      expect({ id, status: answer.status }).toEqual({ id, status: 401 });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('says the same of every such credential', async () => {
    const bodies = new Set<string>();
    for (const [, credential] of credentials) {
      const authorization = await credential(scene);
      const { body } = await scene.call('get_me', { headers: headersOf(authorization) });
      bodies.add(JSON.stringify({ ...body, trace_id: undefined }));
    }
    expect([...bodies]).toHaveLength(1);
  });

  it('does not look at parameters or at a body before it knows the caller', async () => {
    for (const id of operations) {
      const { method } = contractOperation(id);
      const answer = await scene.call(id, {
        params: noUuid,
        query: { page: 0 },
        ...(method === 'PATCH' && { body: '{' }),
      });
      expect({ id, status: answer.status }).toEqual({ id, status: 401 });
    }
  });
});

describe('an operation called with an API key', () => {
  it('answers as to its owner, within what the key may use', async () => {
    const { secret } = await aKey(scene);
    const answer = await scene.call('get_me', { token: secret });
    expect(answer).toMatchObject({ status: 200, body: { id: scene.admin.id } });
    expect((await scene.call('get_users', { token: secret })).status).toBe(200);
  });
});

describe('every answer', () => {
  it('names its trace, the caller’s own where one was sent', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const refused = await scene.call('get_orgs', { headers });
    expect([traceIdIn(refused.headers), refused.body.trace_id]).toEqual([traceId, traceId]);
    const answered = await scene.call('get_orgs', { token: scene.admin.token });
    expect(traceIdIn(answered.headers)).toMatch(/^[0-9a-f]{32}$/);
  });
});
