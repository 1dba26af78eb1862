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
  server.on('request', (request, response) => {
    if (request.url === '/jwks') keyRequests += 1;
    answer(request, response);
  });
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
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'provider-key', ...header }).sign(privateKey),
    close: () => closed(server),
  };
}
