import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signingKeys } from '../../src/access/signingKeys.js';
import { anOrg, aSession, aUser, shutOut } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { anImpersonator } from './callers.js';
import { forgedToken, respelled, type TokenParts } from './forgedToken.js';

let gateway: TestGateway;
let user: string;
beforeAll(async () => {
  gateway = await testGateway();
  user = await aUser(gateway.database);
});
afterAll(() => gateway.close());

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token whose signature has a digit that is another one in base64 proper. */
function withOtherAlphabet(make: () => string): string {
  for (;;) {
    const token = make();
    const [head, payload, signature = ''] = token.split('.');
    if (/[-_]/.test(signature)) return `${head}.${payload}.${signature.replaceAll('-', '+').replaceAll('_', '/')}`;
  }
}
const forged = (parts?: TokenParts) => forgedToken(gateway.keys.current, user, parts);
/** A good token, but that a digit of its payload has another bit where none counts (RFC 4648 §3.5). */
function respelledAndSigned(): string {
  const { secret } = gateway.keys.current;
  const token = [0, 1, 2]
    .map((n) => forged({ payload: { pad: 'x'.repeat(n) } }))
    .find((each) => (each.split('.')[1] ?? '').length % 4 === 3);
  const signed = respelled((token ?? '').replace(/\.[^.]+$/, ''));
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
const soon = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** What both ways in answer to an Authorization header. */
async function answersTo(authorization: string, at = gateway) {
  const headers = { authorization };
  const graphql = await at.graphql<{ me: { id: string } }, object>('{ me { id } }', {}, { headers });
  const rest = await at.rest('GET', '/v1/users/me', { headers });
  return { graphql: graphql.status, rest: rest.status, challenge: graphql.headers.get('www-authenticate'), errors: graphql.errors };
}

const welcome = { graphql: 200, rest: 200, challenge: null, errors: [] };
/** The same whatever is wrong: the answer must not help who guesses. */
const refused = {
  graphql: 401,
  rest: 401,
  challenge: 'Bearer',
  errors: [{ message: 'Sign in: a valid bearer token is required.', extensions: { code: 'UNAUTHENTICATED' } }],
};

describe('an access token', () => {
  it('that is good lets its user in', async () => {
    expect(await answersTo(`Bearer ${forged()}`)).toEqual(welcome);
    const sid = await aSession(gateway.database, user);
    expect(await answersTo(`Bearer ${forged({ payload: { sid } })}`)).toEqual(welcome);
  });

  const wrong: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['with the algorithm `none` and no signature', () => forged({ header: { alg: 'none' } }).replace(/[^.]+$/, '')],
    ['with the algorithm `none` and a signature', () => forged({ header: { alg: 'none' } })],
    ['with the algorithm HS384', () => forged({ header: { alg: 'HS384' }, hash: 'sha384' })],
    ['with the algorithm HS512', () => forged({ header: { alg: 'HS512' }, hash: 'sha512' })],
    ['that says HS512 and is signed with HS256', () => forged({ header: { alg: 'HS512' } })],
    ['that says RS256 and is signed with our secret', () => forged({ header: { alg: 'RS256' } })],
    ['with no algorithm', () => forged({ header: { alg: undefined } })],
    ['of the type JWT', () => forged({ header: { typ: 'JWT' } })],
    ['of no type', () => forged({ header: { typ: undefined } })],
    ['of no key', () => forged({ header: { kid: undefined } })],
    ['of a key that we do not have', () => forged({ header: { kid: 'other' } })],
    ['of a key named as a member of every object', () => forged({ header: { kid: 'constructor' } })],
    ['signed with another secret', () => forged({ secret: randomBytes(32) })],
    ['signed with an empty secret', () => forged({ secret: Buffer.alloc(0) })],
    ['with a critical extension', () => forged({ header: { crit: ['exp'] } })],
    ['that brings its own key', () => forged({ header: { jwk: { kty: 'oct', k: 'AAAA' } } })],
    ['that says where its key is', () => forged({ header: { jku: 'https://keys.example/' } })],
    ['of another issuer', () => forged({ payload: { iss: 'other' } })],
    ['of no issuer', () => forged({ payload: { iss: undefined } })],
    ['for another audience', () => forged({ payload: { aud: 'other' } })],
    ['for no audience', () => forged({ payload: { aud: undefined } })],
    ['that has expired', () => forged({ payload: { exp: soon(-1) } })],
    ['that never expires', () => forged({ payload: { exp: undefined } })],
    ['whose expiry is a text', () => forged({ payload: { exp: '9999999999' } })],
    ['that was issued in two minutes', () => forged({ payload: { iat: soon(120) } })],
    ['that was issued at no time', () => forged({ payload: { iat: undefined } })],
    ['that begins to hold in a minute', () => forged({ payload: { nbf: soon(60) } })],
    ['of no id', () => forged({ payload: { jti: undefined } })],
    ['of an id that is a number', () => forged({ payload: { jti: 1 } })],
    ['of nobody', () => forged({ payload: { sub: undefined } })],
    ['of a subject that is no id', () => forged({ payload: { sub: "' or true --" } })],
    ['of a user who never was', () => forged({ payload: { sub: crypto.randomUUID() } })],
    ['of a session that never was', () => forged({ payload: { sid: crypto.randomUUID() } })],
    ['of a session that is no id', () => forged({ payload: { sid: 1 } })],
    ['of a session of no name', () => forged({ payload: { sid: '' } })],
    ["of another user's session", async () => forged({ payload: { sid: await aSession(gateway.database, gateway.adminId) } })],
    ['whose payload is a text', () => forged({ payload: 'me' })],
    ['whose payload is a list', () => forged({ payload: [{ sub: user }] })],
    ['with its payload not encoded', () => forged({ header: { b64: false, crit: ['b64'] } })],
    ['that says in passing whether its payload is encoded', () => forged({ header: { b64: true } })],
    ['with no critical extension, said so', () => forged({ header: { crit: [] } })],
    ['that is compressed', () => forged({ header: { zip: 'DEF' } })],
    ['that says where its certificate is', () => forged({ header: { x5u: 'https://keys.example/' } })],
    ['that brings a certificate', () => forged({ header: { x5c: ['MIIB'] } })],
    ['that holds a token', () => forged({ header: { cty: 'JWT' } })],
    ...['none', 'None', 'NONE', 'nOnE', 'hs256', 'HS256 ', '', 'ES256', 'PS256', 'EdDSA'].map((alg): readonly [string, () => string] => [
      `with the algorithm ${JSON.stringify(alg)}, well signed`,
      () => forged({ header: { alg } }),
    ]),
    ...[['HS256'], 256, true, { alg: 'HS256' }].map((alg): readonly [string, () => string] => [
      `with the algorithm ${JSON.stringify(alg)}, well signed`,
      () => forged({ header: { alg } }),
    ]),
    ...['../../../../dev/null', "' or '1'='1", '__proto__', 'toString', 'TEST', 'test ', 'test\u0000', 'file:///dev/null', ''].map(
      (kid): readonly [string, () => string] => [`of a key named ${JSON.stringify(kid)}`, () => forged({ header: { kid } })],
    ),
    ...[['test'], { kid: 'test' }, 0, true, null].map((kid): readonly [string, () => string] => [
      `of a key named ${JSON.stringify(kid)}`,
      () => forged({ header: { kid } }),
    ]),
    [
      'of a key named as a file that is empty, signed with nothing',
      () => forged({ header: { kid: '/dev/null' }, secret: Buffer.alloc(0) }),
    ],
    ['whose type is a list', () => forged({ header: { typ: ['at+jwt'] } })],
    ['of a list of issuers', () => forged({ payload: { iss: ['tenantry'] } })],
    ['whose audience is an object', () => forged({ payload: { aud: { 0: 'tenantry' } } })],
    ['that expires at null', () => forged({ payload: { exp: null } })],
    ['that expires at once and for all', () => forged({ payload: { exp: -1 } })],
    ['that was issued as a text', () => forged({ payload: { iat: String(soon(0)) } })],
    ['that begins to hold at a text', () => forged({ payload: { nbf: 'now' } })],
    ['of a list of subjects', () => forged({ payload: { sub: [user] } })],
    ['whose payload is null', () => forged({ payload: 'null' })],
    ['whose header is a list', () => `${encoded([])}.${forged().split('.').slice(1).join('.')}`],
    ['whose header is no JSON', () => `${Buffer.from('{').toString('base64url')}.${forged().split('.').slice(1).join('.')}`],
    ['whose signature is of zeros', () => forged().replace(/[^.]+$/, 'A'.repeat(43))],
    ["with another token's signature", () => forged().replace(/[^.]+$/, forged().split('.')[2] ?? '')],
    ['whose signature is in the other base64', () => withOtherAlphabet(forged)],
    ['whose header is padded', () => forged().replace('.', '=.')],
    ['whose parts have a line break between them', () => forged().replace('.', '%0A.')],
    ['as JSON', () => JSON.stringify({ payload: forged().split('.')[1], signature: forged().split('.')[2] })],
    ['of five parts, as an encrypted one has', () => `${forged()}.AAAA.AAAA`],
    ['whose signature is spelled another way', () => respelled(forged())],
    ['whose payload is spelled another way before it is signed', respelledAndSigned],
    ['whose signature is padded', () => `${forged()}=`],
    ['whose signature is cut', () => forged().slice(0, -1)],
    ['with a fourth part', () => `${forged()}.e30`],
    ['of two parts', () => forged().replace(/\.[^.]+$/, '')],
    ['whose payload was changed after signing', () => forged().replace(/\.[^.]+\./, `.${forged().split('.')[1]}.`)],
  ];
  it.each(wrong)('%s is refused', async (_what, token) => {
    expect(await answersTo(`Bearer ${await token()}`)).toEqual(refused);
  });

  it('whose clock is half a minute ahead is taken', async () => {
    expect(await answersTo(`Bearer ${forged({ payload: { iat: soon(30) } })}`)).toEqual(welcome);
  });
});

describe('an Authorization header', () => {
  it.each(['bearer', 'BEARER', 'Bearer'])('may spell the scheme %s', async (scheme) => {
    expect(await answersTo(`${scheme} ${forged()}`)).toEqual(welcome);
  });

  const malformed: readonly (readonly [string, (token: string) => string])[] = [
    ['that is empty', () => ''],
    ['of the scheme alone', () => 'Bearer'],
    ['with two spaces', (token) => `Bearer  ${token}`],
    ['with a tab', (token) => `Bearer\t${token}`],
    ['with no space', (token) => `Bearer${token}`],
    ['with no scheme', (token) => token],
    ['of another scheme', (token) => `Token ${token}`],
    ['with a name and a password', (token) => `Basic ${Buffer.from(`user:${token}`).toString('base64')}`],
    ['with two tokens', (token) => `Bearer ${token} ${token}`],
    ['with a list of tokens', (token) => `Bearer ${token}, Bearer ${token}`],
    ['with parameters', (token) => `Bearer ${token}; charset=utf-8`],
    ['with a quoted token', (token) => `Bearer "${token}"`],
    ['of a megabyte less some', () => `Bearer ${'a'.repeat(8_000)}`],
    ['with an API key that never was', () => `Bearer tky_${randomBytes(32).toString('base64url')}`],
    ['with a refresh token', () => `Bearer trt_${randomBytes(32).toString('base64url')}`],
  ];
  it.each(malformed)('%s is refused', async (_what, header) => {
    expect(await answersTo(header(forged()))).toEqual(refused);
  });
});

describe('a token of one kind', () => {
  it('passes for none of another kind', async () => {
    const acting = await anImpersonator(gateway, await anOrg(gateway.database));
    const opaque = acting.token?.replace(/^imp_/, '');
    expect(await answersTo(`Bearer ${acting.token}`)).toEqual(welcome);
    for (const token of [forged(), opaque]) {
      for (const prefix of ['imp_', 'tky_', 'trt_', 'IMP_'])
        expect(await answersTo(`Bearer ${prefix}${token}`)).toEqual(prefix === 'imp_' && token === opaque ? welcome : refused);
    }
    expect(await answersTo(`Bearer ${opaque}`)).toEqual(refused);
    // Nor does a name of the platform's, as the subject of a token that is no session's.
    expect(await answersTo(`Bearer ${forged({ payload: { sub: acting.token } })}`)).toEqual(refused);
  });
});

describe('a signing key', () => {
  const key = (kid: string) => ({ kid, secret: randomBytes(32) });

  it('is replaced with an overlap in which the tokens of both hold', async () => {
    const [old, next] = [key('2026-01'), key('2026-02')];
    const keysOf = (...keys: Parameters<typeof signingKeys>[0]) => signingKeys(keys, 'tenantry', 'tenantry');
    const before = await testGateway({}, gateway.database, keysOf(old));
    const during = await testGateway({}, gateway.database, keysOf(next, old));
    const after = await testGateway({}, gateway.database, keysOf(next));
    try {
      const [oldToken, newToken] = [before.tokenFor(user), during.tokenFor(user)].map((token) => `Bearer ${token}`) as [string, string]; // two in, two out
      expect(await answersTo(oldToken, during)).toEqual(welcome);
      expect(await answersTo(newToken, during)).toEqual(welcome);
      expect(await answersTo(newToken, after)).toEqual(welcome);
      expect(await answersTo(oldToken, after)).toEqual(refused);
      expect(await answersTo(newToken, before)).toEqual(refused);
      // A key's name does not lend it another key's tokens.
      const mixed = forgedToken({ kid: next.kid, secret: old.secret }, user);
      expect(await answersTo(`Bearer ${mixed}`, during)).toEqual(refused);
    } finally {
      await Promise.all([before, during, after].map((each) => each.close()));
    }
  });
});

describe('a user who may not sign in', () => {
  it.each(['suspended', 'deactivated', 'deleted', 'blocked'] as const)('%s: is refused with a token from before', async (how) => {
    const id = await aUser(gateway.database);
    const header = `Bearer ${gateway.tokenFor(id)}`;
    expect(await answersTo(header)).toEqual(welcome);
    await shutOut(gateway.database, id, how);
    expect(await answersTo(header)).toEqual(refused);
  });
});
