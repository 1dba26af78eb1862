import { createSecretKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compactVerify, createLocalJWKSet, importJWK, type JWK, SignJWT } from 'jose';
import { signedPayload } from '../../src/access/accessTokens.js';
import { openIdAlgorithms, openIdIssuer, soundKeys } from '../../src/access/openIdIssuer.js';
import { type SigningKey, signingKeys } from '../../src/access/signingKeys.js';
import { parseConfig } from '../../src/config.js';
import { Unauthenticated } from '../../src/errors.js';
import { aKeyServer } from '../identities/keyServer.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { type Vector, wycheproofVectors } from './wycheproofVectors.js';

// Wycheproof is on no package registry: CONTRIBUTING.md says how to get it. Without it these tests are skipped.
const folder = process.env.WYCHEPROOF_DIR;
const { signed, encrypted } = folder ? wycheproofVectors(folder) : { signed: [], encrypted: [] };

const audience = 'tenantry';

const names = (groups: readonly string[], tests: readonly string[]) => groups.flatMap((group) => tests.map((test) => `${group}: ${test}`));
const becauseOf = (reason: string, which: readonly string[]) => Object.fromEntries(which.map((name) => [name, reason]));

/** Where our own access tokens are taken otherwise than Wycheproof says, and why. */
const differingOwn: Readonly<Record<string, string>> = {
  ...becauseOf('Is letter for letter the token that `base64: ValidMac` says is valid.', [
    'base64: invalidBase64Padding',
    'base64: invalidBase64PaddingInPayload',
  ]),
  ...becauseOf('RFC 7515 §2: base64url without any other character. Wycheproof lets a library skip them.', [
    'base64: InvalidCharacterInsertedInHeader',
    'base64: InvalidCharacterInsertedInPayload',
  ]),
  ...becauseOf('HS256 is the one algorithm.', ['HS384: long_key', 'HS512: long_key']),
  ...becauseOf('The configuration refuses the key: see below.', [
    'HS256: key_too_short',
    'HS256: empty_key',
    'jws_duplicate_kid: rejectsDuplicateKid',
  ]),
  ...becauseOf('Keys are bytes from the configuration. No key set says what each is for, or has a public key among them.', [
    'jws_mixedSymmetryKeyset: rejectsValid',
    'invalid_aes_gcm_key: rejectsAesKey',
    'invalid_aes_kw_key: rejectsAesKey',
  ]),
};

/** The same of a provider's tokens. */
const differingOpenId: Readonly<Record<string, string>> = {
  ...becauseOf('Not one of the algorithms that are taken.', [
    ...names(['rs384', 'rs512', 'ps384', 'ps512'], ['emptyPayload', 'allZeroPayload', 'oneBytePayload', 'normalPayload']),
    ...names(['rfc7520', 'rfc7520WithKeyOps'], ['Figure20', 'Figure27']),
  ]),
  'jws_rsa_roca_key: rejectsKeyWithRocaVulnerability':
    'That a provider made its key with the broken library of CVE-2017-15361 can be guessed from the key, and is not: its operator would have been told.',
};

const keysOf = (secrets: readonly JWK[]) => secrets.map(({ k = '' }) => createSecretKey(Buffer.from(k, 'base64url')));

function isOwn({ token, secrets }: Vector): boolean {
  return keysOf(secrets).some((key) => {
    try {
      signedPayload(token, key);
      return true;
    } catch {
      return false;
    }
  });
}

async function isOfProvider({ token, publicKeys }: Vector): Promise<boolean> {
  const keys = soundKeys(createLocalJWKSet({ keys: [...publicKeys] }));
  return compactVerify(token, keys, { algorithms: openIdAlgorithms }).then(
    () => true,
    () => false,
  );
}

/** Checks each token, prints how many were taken, and expects those outcomes to differ from Wycheproof's that are named, and no other. */
async function expectOutcomes(
  check: string,
  vectors: readonly Vector[],
  isTaken: (vector: Vector) => boolean | Promise<boolean>,
  differing: Readonly<Record<string, string>>,
): Promise<void> {
  const taken = await Promise.all(vectors.map(isTaken));
  const accepted = taken.filter((each) => each).length;
  process.stdout.write(`Wycheproof: ${check}: ${vectors.length} tokens, ${accepted} accepted, ${vectors.length - accepted} refused\n`);
  const others = vectors.filter(({ isValid }, i) => taken[i] !== isValid).map(({ name }) => name);
  expect(others).toEqual(vectors.map(({ name }) => name).filter((name) => name in differing));
  expect([...new Set(others)].sort()).toEqual(Object.keys(differing).sort());
  expect(accepted).toBeGreaterThan(10);
}

/** The vectors, those with the same public keys together. */
function sameKeys(vectors: readonly Vector[]): Vector[][] {
  const keys = [...new Set(vectors.map(({ publicKeys }) => JSON.stringify(publicKeys)))];
  return keys.map((each) => vectors.filter(({ publicKeys }) => JSON.stringify(publicKeys) === each));
}

async function aProviderToken(issuer: string, { use: _use, key_ops: _keyOps, ...key }: JWK, alg: string): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: issuer, aud: audience, sub: 'someone', iat: now, exp: now + 60 };
  return new SignJWT(claims).setProtectedHeader({ alg, kid: key.kid }).sign(await importJWK(key, alg));
}

const aSigningKey = ({ kid = '', k = '' }: JWK): SigningKey => ({ kid, secret: Buffer.from(k, 'base64url') });

(folder ? describe : describe.skip)('Of Wycheproof’s tokens', () => {
  const own = signed.filter(({ secrets }) => secrets.length > 0);
  const ofProviders = signed.filter(({ publicKeys }) => publicKeys.length > 0);

  it('our own check takes the valid ones and no other, but for those that differ on purpose', () =>
    expectOutcomes('our own', own, isOwn, differingOwn));

  it('the check of a provider’s tokens takes the valid ones and no other, but for those that differ on purpose', () =>
    expectOutcomes('a provider’s', ofProviders, isOfProvider, differingOpenId));

  it('the keys that are no keys for HS256, and two of one name, are none to start with', () => {
    const started = (keys: readonly JWK[]) => () => parseConfig({ JWT_KEYS: keys.map(({ kid, k }) => `${kid}:${k}`).join() });
    const refused = own.filter(
      ({ name }) => /: (key_too_short|empty_key|rejectsDuplicateKid)$/.test(name) && !/^HS(384|512): key_too/.test(name),
    );
    expect(refused.length).toBeGreaterThan(4);
    for (const { secrets } of refused) expect(started(secrets)).toThrow(/JWT_KEYS/);
    const long = own.find(({ name }) => name === 'HS256: long_key');
    expect(started(long?.secrets ?? [])).not.toThrow();
  });

  it('none is for us where a provider shows the keys, and a token of the provider’s own is', async () => {
    let good = 0;
    for (const vectors of sameKeys(ofProviders)) {
      const provider = await aKeyServer(vectors[0]?.publicKeys ?? []);
      const issuer = openIdIssuer(provider.issuer, audience);
      for (const { name, token } of vectors) {
        const outcome = await issuer.verify(token).catch((error) => error);
        expect({ name, isRefused: outcome instanceof Unauthenticated }).toEqual({ name, isRefused: true });
      }
      const key = vectors.find(({ isValid }) => isValid)?.privateKeys[0];
      if (key?.alg && openIdAlgorithms.includes(key.alg)) {
        expect(await issuer.verify(await aProviderToken(provider.issuer, key, key.alg))).toMatchObject({ subject: 'someone' });
        good += 1;
      }
      await provider.close();
    }
    expect(good).toBeGreaterThan(3);
  });

  describe('sent as bearer tokens', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      // Those that Wycheproof signs with, so that nothing but what they say tells its tokens from ours.
      const [first, ...others] = new Map(
        own.flatMap(({ secrets }) => secrets.map((key): [string, SigningKey] => [String(key.kid), aSigningKey(key)])),
      ).values();
      if (!first) throw new Error(`${folder} has no secret.`);
      gateway = await testGateway({}, undefined, signingKeys([first, ...others], 'tenantry', 'tenantry'));
    });
    afterAll(() => gateway.close());

    it('each is answered with 401, by both ways in', async () => {
      const tokens = [...signed.map(({ token }) => token), ...encrypted];
      for (const token of tokens) {
        const headers = { authorization: `Bearer ${token}` };
        const rest = await gateway.rest('GET', '/api/v1/platform/me', { headers });
        const graphql = await gateway.graphql('{ me { id } }', {}, { headers });
        expect({ token, rest: rest.status, graphql: graphql.status }).toEqual({ token, rest: 401, graphql: 401 });
      }
      expect((await gateway.rest('GET', '/api/v1/platform/me', { token: gateway.adminToken })).status).toBe(200);
    });
  });
});
