import { createPublicKey, KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { closed, listening } from './keyServer.js';

export const audience = 'https://api.tenantry.example';

/** An OpenID Connect provider on loopback. */
export interface Issuer {
  readonly issuer: string;
  /** How often its keys were asked for. */
  readonly keyRequests: () => number;
  /** An access token as the provider itself gives it to a client. */
  accessToken(): Promise<string>;
  /** A token that the provider's key signs, with whatever a test wants in it. */
  signed(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** The same of a header that a library would not sign. */
  forged(claims: object, header: object): string;
  /** The public key that it signs with first, in the ways that a careless verifier could take for a shared secret. */
  readonly publicForms: () => readonly (string | Buffer)[];
  /** Publishes a further key, and signs with it from now on. */
  changeKey(): Promise<void>;
  /** Publishes the newest key alone. */
  forgetOldKeys(): void;
  close(): Promise<void>;
}

const client = { id: 'program', secret: 'a-secret-of-the-program' };

/** Starts a provider with one client, which gets access tokens for our audience in its own name. */
export async function anIssuer(): Promise<Issuer> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'provider-key', use: 'sig', alg: 'RS256' };
  const server = createServer();
  const issuer = await listening(server);
  const provider = new Provider(issuer, {
    clients: [
      { client_id: client.id, client_secret: client.secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    ],
    jwks: { keys: [jwk] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({ scope: 'api', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
      },
    },
  });
  let keyRequests = 0;
  const answer = provider.callback();
  let current = { kid: jwk.kid, privateKey };
  const { kty, n, e } = jwk;
  let published: object[] = [{ kty, n, e, kid: jwk.kid, use: 'sig', alg: 'RS256' }];
  server.on('request', (request, response) => {
    if (request.url !== '/jwks') return answer(request, response);
    keyRequests += 1;
    // The provider's own answer names its first key for good.
    response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify({ keys: published }));
  });
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    issuer,
    keyRequests: () => keyRequests,
    async accessToken() {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'api' }),
      });
      // RFC 6749 §5.1.
      const { access_token: token } = (await response.json()) as { access_token: string };
      return token;
    },
    signed: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: current.kid, ...header }).sign(current.privateKey),
    forged(claims, header) {
      const text = `${encoded({ alg: 'RS256', typ: 'at+jwt', kid: current.kid, ...header })}.${encoded(claims)}`;
      return `${text}.${sign('sha256', Buffer.from(text), KeyObject.from(current.privateKey)).toString('base64url')}`;
    },
    publicForms() {
      const key = createPublicKey(KeyObject.from(privateKey));
      const pem = (['spki', 'pkcs1'] as const).map((type) => key.export({ type, format: 'pem' }));
      const der = (['spki', 'pkcs1'] as const).map((type) => key.export({ type, format: 'der' }));
      return [
        ...pem,
        ...pem.map((text) => String(text).trim()),
        ...der,
        n ?? '',
        JSON.stringify(published[0]),
        JSON.stringify({ keys: published }),
        '',
      ];
    },
    async changeKey() {
      const pair = await generateKeyPair('RS256', { extractable: true });
      const kid = `provider-key-${published.length + 1}`;
      published = [...published, { ...(await exportJWK(pair.publicKey)), kid, use: 'sig', alg: 'RS256' }];
      current = { kid, privateKey: pair.privateKey };
    },
    forgetOldKeys() {
      published = published.slice(-1);
    },
    close: () => closed(server),
  };
}
