import { createHash, createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { respelled } from '../access/forgedToken.js';
import { aGrant, aUser, shutOut } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { startReceiver } from '../support/receiver.js';
import { anIssuer, audience, type Issuer } from './issuer.js';
import { aKeyServer } from './keyServer.js';

const link = 'mutation ($input: LinkIdentityInput!) { linkIdentity(input: $input) { identity { id issuer subject } } }';

describe('An access token of an OpenID Connect provider', () => {
  let issuer: Issuer;
  let gateway: TestGateway;
  beforeAll(async () => {
    issuer = await anIssuer();
    gateway = await testGateway({ OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: audience });
  });
  afterAll(async () => {
    await gateway.close();
    await issuer.close();
  });

  const callWith = async (token: string) => (await gateway.rest('GET', '/api/v1/platform/me', { token })).status;
  async function linked(subject: string): Promise<string> {
    const userId = await aUser(gateway.database);
    const { data, errors } = await gateway.graphql<{ linkIdentity: { identity: { id: string } } }, object>(
      link,
      { input: { userId, issuer: issuer.issuer, subject } },
      { token: gateway.adminToken },
    );
    expect(errors).toEqual([]);
    return data?.linkIdentity.identity.id ?? '';
  }
  const now = () => Math.floor(Date.now() / 1_000);
  const good = (subject: string) => ({ iss: issuer.issuer, aud: audience, sub: subject, iat: now(), exp: now() + 60 });

  it('speaks for the user that it is linked to, from the link to the unlinking', async () => {
    const token = await issuer.accessToken();
    expect(await callWith(token)).toBe(401);
    const id = await linked(decodeJwt(token).sub ?? '');
    expect(await callWith(token)).toBe(200);
    const unlink = 'mutation ($id: UUID!) { unlinkIdentity(id: $id) { removedId } }';
    expect((await gateway.graphql(unlink, { id }, { token: gateway.adminToken })).errors).toEqual([]);
    expect(await callWith(token)).toBe(401);
  });

  it('is refused with its user: deactivated, blocked', async () => {
    const userId = await aUser(gateway.database);
    await gateway.graphql(link, { input: { userId, issuer: issuer.issuer, subject: 'gone' } }, { token: gateway.adminToken });
    const token = await issuer.signed(good('gone'));
    expect(await callWith(token)).toBe(200);
    await shutOut(gateway.database, userId, 'deactivated');
    expect(await callWith(token)).toBe(401);
  });

  it('costs the provider one question for its keys, however many tokens come', async () => {
    await linked('often');
    const before = issuer.keyRequests();
    for (let i = 0; i < 20; i += 1) expect(await callWith(await issuer.signed({ ...good('often'), jti: String(i) }))).toBe(200);
    expect(issuer.keyRequests() - before).toBeLessThanOrEqual(1);
  });

  describe('that is wrong is refused with 401', () => {
    beforeAll(async () => {
      await linked('wrong');
    });
    const claims: Readonly<Record<string, () => object>> = {
      'for another audience': () => ({ aud: 'https://another.example' }),
      'for no audience': () => ({ aud: undefined }),
      'that has expired': () => ({ exp: now() - 60 }),
      'that never expires': () => ({ exp: undefined }),
      'from the future': () => ({ iat: now() + 3_600 }),
      'that is not valid yet': () => ({ nbf: now() + 3_600 }),
      'without a subject': () => ({ sub: undefined }),
      'of a subject that nobody is linked to': () => ({ sub: 'stranger' }),
      'whose subject is spelled in another case': () => ({ sub: 'WRONG' }),
    };
    it.each(Object.entries(claims))('%s', async (_, changed) => {
      expect(await callWith(await issuer.signed({ ...good('wrong'), ...changed() }))).toBe(401);
    });

    it('of the type of an ID token or a logout token', async () => {
      expect(await callWith(await issuer.signed(good('wrong'), { typ: 'logout+jwt' }))).toBe(401);
    });

    // Each is signed by the provider's own key: nothing but its header is wrong.
    it.each([
      ['a critical extension that is not known', { crit: ['exp2'], exp2: 1 }],
      ['a critical extension that is not there', { crit: ['exp2'] }],
      ['a critical extension of no name', { crit: [''] }],
      ['no critical extension, said so', { crit: [] }],
      ['a payload that is not encoded', { crit: ['b64'], b64: false }],
      ['another type', { typ: 'secevent+jwt' }],
      ['a type that is none', { typ: ['at+jwt'] }],
      ['the algorithm none', { alg: 'none' }],
      ['another algorithm of the same key', { alg: 'PS256' }],
      ['a longer hash', { alg: 'RS512' }],
      ['an algorithm with a shared secret', { alg: 'HS256' }],
      ['a list of algorithms', { alg: ['RS256'] }],
      ['a key that the provider does not have', { kid: 'another' }],
      ['a key named as a file', { kid: '../../../../dev/null' }],
      ['a key named as a member of every object', { kid: '__proto__' }],
    ])('with %s', async (_, header) => {
      expect(await callWith(issuer.forged(good('wrong'), header))).toBe(401);
    });

    it('that was signed as it should be is taken, which makes the others tell something', async () => {
      expect(await callWith(issuer.forged(good('wrong'), {}))).toBe(200);
    });

    it('whose signature is spelled another way, cut, padded or empty', async () => {
      const token = await issuer.signed(good('wrong'));
      const changed = [
        respelled(token),
        token.slice(0, -1),
        `${token}=`,
        `${token}==`,
        `${token}A`,
        token.replace(/[^.]+$/, ''),
        `${token}.`,
      ];
      for (const each of changed) expect({ each, status: await callWith(each) }).toEqual({ each, status: 401 });
    });

    it('that brings its key, or says where it is', async () => {
      const { privateKey, publicKey } = await generateKeyPair('RS256');
      const jwk = { ...(await exportJWK(publicKey)), kid: 'provider-key', alg: 'RS256' };
      const asked = await startReceiver();
      const url = `${asked.url}/keys`;
      for (const header of [{ jwk }, { jku: url }, { x5u: url }, { jwk, jku: url, kid: 'mine' }]) {
        const token = new SignJWT(good('wrong')).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'provider-key', ...header });
        expect(await callWith(await token.sign(privateKey))).toBe(401);
      }
      expect(asked.received).toEqual([]);
      await asked.close();
    });

    it('signed by another key under the provider’s key id', async () => {
      const { privateKey } = await generateKeyPair('RS256');
      const header = { alg: 'RS256', typ: 'at+jwt', kid: 'provider-key' };
      expect(await callWith(await new SignJWT(good('wrong')).setProtectedHeader(header).sign(privateKey))).toBe(401);
    });

    it('signed with the provider’s public key as a shared secret, however it is written, or not at all', async () => {
      const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const jwks = await fetch(`${issuer.issuer}/jwks`).then((answer) => answer.text());
      for (const secret of [jwks, ...issuer.publicForms()]) {
        for (const [alg, hash] of [
          ['HS256', 'sha256'],
          ['HS512', 'sha512'],
          ['RS256', 'sha256'],
        ] as const) {
          const body = `${encoded({ alg, typ: 'at+jwt', kid: 'provider-key' })}.${encoded(good('wrong'))}`;
          expect(await callWith(`${body}.${createHmac(hash, secret).update(body).digest('base64url')}`)).toBe(401);
        }
      }
      expect(await callWith(`${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(good('wrong'))}.x`)).toBe(401);
      expect(await callWith(`${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(good('wrong'))}.`)).toBe(401);
    });

    it('signed by us in the provider’s name', async () => {
      const body = { alg: 'HS256', typ: 'at+jwt', kid: gateway.keys.current.kid };
      const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const signed = `${encoded(body)}.${encoded({ ...good('wrong'), jti: 'x' })}`;
      expect(await callWith(`${signed}.${createHmac('sha256', gateway.keys.current.secret).update(signed).digest('base64url')}`)).toBe(401);
    });
  });

  it('is refused where nobody signed it: the provider’s key has 1 for its public exponent, by which a signature is what it signs', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const weak = await aKeyServer([{ ...(await exportJWK(publicKey)), e: 'AQ', kid: 'weak', alg: 'RS256' }]);
    const trusting = await testGateway({ OIDC_ISSUER: weak.issuer, OIDC_AUDIENCE: audience }, gateway.database);
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encoded({ alg: 'RS256', typ: 'at+jwt', kid: 'weak' })}.${encoded({ ...good('wrong'), iss: weak.issuer })}`;
    // RFC 8017 §9.2: what an RSA signature is before the key is applied, with the name of SHA-256 in front of the hash.
    const named = Buffer.concat([
      Buffer.from('3031300d060960864801650304020105000420', 'hex'),
      createHash('sha256').update(signed).digest(),
    ]);
    const padded = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(256 - 3 - named.length, 0xff), Buffer.from([0]), named]);
    const input = { userId: await aUser(gateway.database), issuer: weak.issuer, subject: 'wrong' };
    expect((await trusting.graphql(link, { input }, { token: gateway.adminToken })).errors).toEqual([]);
    const { status } = await trusting.rest('GET', '/api/v1/platform/me', { token: `${signed}.${padded.toString('base64url')}` });
    await trusting.close();
    await weak.close();
    expect(status).toBe(401);
  });

  it('is a 503 while the provider’s keys can’t be read, and holds again afterwards', async () => {
    const brief = await anIssuer();
    const away = await testGateway({ OIDC_ISSUER: brief.issuer, OIDC_AUDIENCE: audience }, gateway.database);
    const token = await brief.signed({ ...good('wrong'), iss: brief.issuer });
    await brief.close();
    const { status, headers } = await away.rest('GET', '/api/v1/platform/me', { token });
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect((await away.rest('GET', '/api/v1/platform/me', { token: gateway.adminToken })).status).toBe(200);
    await away.close();
  });

  it('holds while the provider changes its key: those of the old one and of the new one', async () => {
    const changing = await anIssuer();
    const at = await testGateway({ OIDC_ISSUER: changing.issuer, OIDC_AUDIENCE: audience }, gateway.database);
    const userId = await aUser(gateway.database);
    await at.graphql(link, { input: { userId, issuer: changing.issuer, subject: 'changes' } }, { token: at.adminToken });
    const claims = () => ({ ...good('changes'), iss: changing.issuer });
    const statusOf = async (token: string) => (await at.rest('GET', '/api/v1/platform/me', { token })).status;
    const old = await changing.signed(claims());
    expect(await statusOf(old)).toBe(200);
    await changing.changeKey();
    const next = await changing.signed(claims());
    // Keys are asked for again once in ten seconds at most, however many unknown ones are named.
    for (const start = performance.now(); (await statusOf(next)) !== 200; ) {
      expect(performance.now() - start).toBeLessThan(13_000);
      expect(await statusOf(old)).toBe(200);
      await sleep(200);
    }
    expect([await statusOf(old), await statusOf(next)]).toEqual([200, 200]);
    expect(changing.keyRequests()).toBeLessThanOrEqual(3);
    // A gateway that starts when the old key is gone takes the new one alone.
    changing.forgetOldKeys();
    const after = await testGateway({ OIDC_ISSUER: changing.issuer, OIDC_AUDIENCE: audience }, gateway.database);
    const [first, second] = await Promise.all([old, next].map((token) => after.rest('GET', '/api/v1/platform/me', { token })));
    expect([first?.status, second?.status]).toEqual([401, 200]);
    await Promise.all([at.close(), after.close(), changing.close()]);
  }, 30_000);

  it('is linked by those alone who hold what the user holds', async () => {
    const { database } = gateway;
    const clerk = await aUser(database);
    await aGrant(database, clerk, ['platform.users.update']);
    const caller = { token: gateway.tokenFor(clerk) };
    const { errors } = await gateway.graphql(
      link,
      { input: { userId: gateway.adminId, issuer: issuer.issuer, subject: 'takeover' } },
      caller,
    );
    expect(errors[0]).toMatchObject({ extensions: { code: 'FORBIDDEN', missing: expect.arrayContaining(['platform.admins.create']) } });
  });

  it('belongs to one user', async () => {
    await linked('only-one');
    const input = { userId: await aUser(gateway.database), issuer: issuer.issuer, subject: 'only-one' };
    const { errors } = await gateway.graphql(link, { input }, { token: gateway.adminToken });
    expect(errors[0]).toMatchObject({ extensions: { code: 'CONFLICT', field: 'subject' } });
  });
});
