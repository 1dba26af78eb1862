import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../../src/config.js';
import type { Platform } from '../../../src/context.js';
import { startEmbeddedPostgres } from '../../../src/db/embedded/embeddedPostgres.js';
import { migrate } from '../../../src/db/migrator.js';
import { type Database, openDatabase } from '../../../src/db/pool.js';
import { firstStart } from '../../../src/start/firstStart.js';
import { openTenancy } from '../../../src/tenancy/tenancy.js';
import { type GatewayProcess, gatewayProcess, tokenFor } from '../../faults/gatewayProcess.js';
import { anotherShard, type OtherShard } from '../../jobs/movingKit.js';

/** A control plane and a second shard on two PostgreSQL servers, and the program that serves them, in a process of its own. */
export interface FiguresPlace {
  readonly database: Database;
  readonly platform: Pick<Platform, 'db' | 'shardPools' | 'shardKeys'>;
  readonly other: OtherShard;
  readonly gateway: GatewayProcess;
  /** Of the first admin. */
  readonly token: string;
  /** What a command of the program is run with. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function figuresPlace(): Promise<FiguresPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-figures-'));
  const own = await startEmbeddedPostgres({ dataDir: join(folder, 'own'), settings: { max_connections: '200' } });
  const database = openDatabase({ url: own.url, poolSize: 10, acquireTimeout: 10_000, statementTimeout: 0, applicationName: 'figures' });
  await migrate(database.db);
  const admin = await firstStart(database.db, { adminEmail: 'admin@example.com' });
  const env = { DATABASE_URL: own.url, DATA_DIR: folder, SHARD_KEYS: `1:${randomBytes(32).toString('base64url')}` };
  const tenancy = openTenancy(database, parseConfig({ ...env, SHARD_POOL_SIZE: '8' }), {
    statementTimeout: 20_000,
    applicationName: 'figures',
  });
  const platform = { db: database.db, shardPools: tenancy.pools, shardKeys: tenancy.keys };
  const other = await anotherShard({ platform, database });
  const gateway = await gatewayProcess(own.url, { SHARD_KEYS: env.SHARD_KEYS });
  await gateway.start();
  return {
    database,
    platform,
    other,
    gateway,
    token: tokenFor(admin?.id ?? ''),
    env,
    async close() {
      await gateway.discard();
      await tenancy.close();
      await database.close();
      await own.stop();
      await other.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks the program by GraphQL. @throws Error where it answers with an error */
export async function ask<T>({ gateway, token }: FiguresPlace, query: string, variables: object): Promise<T> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  // The query says what the answer is.
  const { data, errors } = (await response.json()) as { data: T | null; errors?: object };
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}
