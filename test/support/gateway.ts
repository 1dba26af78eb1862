import { randomBytes } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, type GraphQLSchema, print } from 'graphql';
import { issueAccessToken } from '../../src/access/accessTokens.js';
import { type SigningKeys, signingKeys } from '../../src/access/signingKeys.js';
import { type Config, parseConfig } from '../../src/config.js';
import type { Platform } from '../../src/context.js';
import { createGateway } from '../../src/gateway.js';
import { platformOf } from '../../src/platform.js';
import { createLogger } from '../../src/server/log.js';
import { createMetrics } from '../../src/server/metrics.js';
import { startStandby } from '../../src/start/startStandby.js';
import { openTenancy } from '../../src/tenancy/tenancy.js';
import type { Duty } from '../../src/worker/duty.js';
import { type TestDatabase, testDatabase } from './database.js';

/** Who calls, and with which further headers. No token is an anonymous caller. */
export interface Caller {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GraphQLAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: T | null | undefined;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the test then says that it is
  readonly body: any;
}

/** A gateway that listens, on a database of its own, as its clients see it. */
export interface TestGateway {
  readonly url: string;
  readonly database: TestDatabase;
  readonly keys: SigningKeys;
  /** What its services are given, for a test of a part that has no operation of its own. */
  readonly platform: Platform;
  /** Log lines so far. */
  readonly logs: () => string;
  /** Runs one duty of the worker until it has no more to do, or is told to stop. */
  runDuty(duty: Duty, stop?: AbortSignal): Promise<void>;
  graphql<T, V>(document: TypedDocumentNode<T, V> | string | DocumentNode, variables?: V, caller?: Caller): Promise<GraphQLAnswer<T>>;
  rest(method: string, path: string, caller?: Caller & { readonly body?: unknown }): Promise<RestAnswer>;
  /** An access token for a user, by public id. @param ttl seconds */
  tokenFor(userId: string, ttl?: number): string;
  /** A token of the first admin, who holds every permission. */
  readonly adminToken: string;
  readonly adminId: string;
  close(): Promise<void>;
}

const testKeys = signingKeys([{ kid: 'test', secret: Buffer.from('0123456789abcdefghijklmnopqrstuv') }], 'tenantry', 'tenantry');

export const testShardKeys = `1:${randomBytes(32).toString('base64url')}`;

/**
 * Starts a gateway on a copy of the template database, or on the given one.
 * @param env configuration beyond the defaults
 * @param keys what it signs and verifies access tokens with
 * @param schema what it serves, where it is not the product's own
 */
export async function testGateway(
  env: Readonly<Record<string, string>> = {},
  on?: TestDatabase,
  keys: SigningKeys = testKeys,
  schema?: GraphQLSchema,
): Promise<TestGateway> {
  const database = on ?? (await testDatabase());
  // A busy machine is no reason to refuse; the test that asks for refusals says when.
  const config: Config = parseConfig({ PORT: '0', LOG_LEVEL: 'info', MAX_WAIT: '10000', SHARD_KEYS: testShardKeys, ...env });
  const lines: string[] = [];
  // A stream is all that a logger writes to; only `write` is used.
  const destination = { write: (line: string) => lines.push(line) } as unknown as NonNullable<
    Parameters<typeof createLogger>[0]['destination']
  >;
  const logger = createLogger({ logLevel: config.logLevel, logFormat: 'json', terminal: false, destination });
  const tenancy = openTenancy(database, config, {
    statementTimeout: config.databaseStatementTimeout,
    applicationName: 'tenantry tests',
  });
  const metrics = createMetrics();
  const standby = startStandby(database.db, config, logger, metrics);
  const platform = platformOf(database, tenancy, config, keys, logger, standby);
  const app = await createGateway({ config, database, platform, logger, metrics, schema });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const { public_id: adminId } = await database.db
    .selectFrom('users')
    .select('public_id')
    .where('has_platform_access', '=', true)
    .orderBy('id')
    .executeTakeFirstOrThrow();
  const tokenFor = (userId: string, ttl = 900) => issueAccessToken(keys, { sub: userId }, ttl).token;

  return {
    url,
    database,
    keys,
    platform,
    logs: () => lines.join(''),
    async runDuty(duty, signal = new AbortController().signal) {
      while (await duty.run({ ...platform, log: logger, signal }));
    },
    tokenFor,
    adminId,
    adminToken: tokenFor(adminId),
    async graphql(document, variables, caller = {}) {
      const query = typeof document === 'string' ? document : print(document);
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headersOf(caller) },
        body: JSON.stringify({ query, variables }),
      });
      // What the server answers is what the caller's document says; the assertions look at it.
      const { data, errors = [], extensions } = (await response.json()) as Partial<GraphQLAnswer<never>>;
      return { status: response.status, headers: response.headers, data, errors, extensions };
    },
    rest: restAt(() => url),
    async close() {
      await app.close();
      await tenancy.close();
      await standby?.close();
      if (!on) await database.drop();
    },
  };
}

/** Calls REST endpoints. @param addressFor where the server, or what stands before it, listens for a path */
export function restAt(addressFor: (path: string) => string): TestGateway['rest'] {
  return async (method, path, { body, ...caller } = {}) => {
    const response = await fetch(`${addressFor(path)}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headersOf(caller) },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : parsed(text) };
  };
}

function headersOf({ token, headers }: Caller): Record<string, string> {
  return { ...(token && { authorization: `Bearer ${token}` }), ...headers };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
