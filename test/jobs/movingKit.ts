import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Platform } from '../../src/context.js';
import { startEmbeddedPostgres } from '../../src/db/embedded/embeddedPostgres.js';
import type { Database } from '../../src/db/pool.js';
import { addressOf, type ShardAddress } from '../../src/tenancy/shardAddress.js';
import { sealDsn } from '../../src/tenancy/shardKeys.js';
import type { TestGateway } from '../support/gateway.js';

/** A shard on a PostgreSQL server of its own. */
export interface OtherShard {
  readonly id: string;
  readonly address: ShardAddress;
  readonly url: string;
  /** Ends the server by SIGKILL. */
  kill(): Promise<void>;
  /** Starts the server again after that, at the same address. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

/** Where a shard is registered. */
interface Registry {
  readonly platform: Pick<Platform, 'shardKeys'>;
  readonly database: Pick<Database, 'db'>;
}

export async function anotherShard(gateway: Registry): Promise<OtherShard> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tenantry-shard-'));
  const settings = { fsync: 'off', max_connections: '200' };
  let server = await startEmbeddedPostgres({ dataDir, settings });
  const id = crypto.randomUUID();
  const { ciphertext, keyVersion } = sealDsn(gateway.platform.shardKeys, id, server.url);
  const row = await gateway.database.db
    .insertInto('shards')
    .values({ public_id: id, name: id, region: 'other', max_orgs: 100, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion })
    .returning(['id', 'public_id', 'dsn_ciphertext', 'dsn_key_version'])
    .executeTakeFirstOrThrow();
  return {
    id,
    address: addressOf(row),
    url: server.url,
    async kill() {
      // Its other processes end with it.
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
    },
    async revive() {
      server = await startEmbeddedPostgres({ dataDir, settings: { ...settings, port: new URL(server.url).port } });
    },
    async stop() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Asks for a move, as a user does. */
export function askToMove(gateway: TestGateway, orgId: string, shardId: string, token = gateway.adminToken) {
  return gateway.graphql<{ moveOrg: { job: { id: string; status: string } } }, object>(
    'mutation ($orgId: UUID!, $shardId: UUID!) { moveOrg(orgId: $orgId, shardId: $shardId) { job { id status } } }',
    { orgId, shardId },
    { token },
  );
}

/** Asks for a move that is taken. @returns the job's id */
export async function move(gateway: TestGateway, orgId: string, shardId: string): Promise<string> {
  const { data, errors } = await askToMove(gateway, orgId, shardId);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.moveOrg.job.id;
}

/** Internal key of the shard that an org lives on, and its status. */
export function placeOf({ database }: TestGateway, orgKey: string) {
  return database.db.selectFrom('orgs').select(['shard_id', 'status']).where('id', '=', orgKey).executeTakeFirstOrThrow();
}

/** Whether a shard has a schema of this name. */
export function hasSchema({ platform }: TestGateway, shard: ShardAddress, schema: string): Promise<boolean> {
  return platform.shardPools.use(shard, async (db) => {
    const { rows } = await sql`select from pg_namespace where nspname = ${schema}`.execute(db);
    return rows.length > 0;
  });
}

/** What the trail says of an org's moves, in order. */
export async function movesInTrail({ database }: TestGateway, orgId: string): Promise<string[]> {
  const entries = await database.db
    .selectFrom('platform_audit_log')
    .select('action')
    .where('resource_id', '=', orgId)
    .where('action', 'like', 'org.move%')
    .orderBy('id')
    .execute();
  return entries.map(({ action }) => action);
}
