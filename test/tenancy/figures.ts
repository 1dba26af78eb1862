/**
 * Says what tenants cost: `npx tsx test/tenancy/figures.ts [orgs]`. On two PostgreSQL servers of its own it makes orgs, migrates them all,
 * and kills one server while the tenants of both are asked.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { parseConfig } from '../../src/config.js';
import { startEmbeddedPostgres } from '../../src/db/embedded/embeddedPostgres.js';
import { migrate } from '../../src/db/migrator.js';
import { openDatabase } from '../../src/db/pool.js';
import { reserveOrg } from '../../src/orgs/createOrg.service.js';
import { firstStart } from '../../src/start/firstStart.js';
import { migrateTenants } from '../../src/tenancy/migrateTenants.js';
import { claimOf, provision } from '../../src/tenancy/provisioning.js';
import { sealDsn } from '../../src/tenancy/shardKeys.js';
import { openTenancy } from '../../src/tenancy/tenancy.js';
import { inTenant } from '../../src/tenancy/tenant.js';

const count = Number(process.argv[2] ?? 500);
const parallel = 8;
const say = (line: string) => process.stdout.write(`${line}\n`);
const author = { actor: null, origin: { traceId: '0'.repeat(32), ipAddress: null, userAgent: null } };

function quantiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => `${(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1)} ms`;
  return `median ${at(0.5)}, 95% ${at(0.95)}, most ${at(1)}`;
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<number[]> {
  const [waiting, times]: [T[], number[]] = [[...items], []];
  const run = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const start = performance.now();
      await work(item);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: parallel }, run));
  return times;
}

const folder = mkdtempSync(join(tmpdir(), 'tenantry-figures-'));
const [own, other] = [
  await startEmbeddedPostgres({ dataDir: join(folder, 'own') }),
  await startEmbeddedPostgres({ dataDir: join(folder, 'other') }),
];
const database = openDatabase({ url: own.url, poolSize: 10, acquireTimeout: 10_000, statementTimeout: 0, applicationName: 'figures' });
await migrate(database.db);
await firstStart(database.db, { adminEmail: 'admin@example.com' });
const tenancy = openTenancy(database, parseConfig({ DATA_DIR: folder, SHARD_POOL_SIZE: '8' }), {
  statementTimeout: 20_000,
  applicationName: 'figures',
});
const platform = { db: database.db, shardPools: tenancy.pools };
const second = uuidv7();
const { ciphertext, keyVersion } = sealDsn(tenancy.keys, second, other.url);
const { id: secondKey } = await database.db
  .insertInto('shards')
  .values({ public_id: second, name: 'second', region: '', max_orgs: 500, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion })
  .returning('id')
  .executeTakeFirstOrThrow();

let start = performance.now();
const made = await each(
  Array.from({ length: count }, (_, i) => `org-${i}`),
  async (slug) => {
    const { key } = await reserveOrg({ ...platform, ...author }, { name: slug, slug });
    const claim = await claimOf(database.db, key);
    if (claim) await provision(platform, claim);
  },
);
say(`${count} orgs made in ${((performance.now() - start) / 1_000).toFixed(1)} s, ${parallel} at once, each: ${quantiles(made)}`);

start = performance.now();
const { migrated, failed } = await migrateTenants(platform, { parallel });
say(`Fleet migration (nothing new in it): ${migrated} tenants, ${failed} failed, ${((performance.now() - start) / 1_000).toFixed(1)} s`);

const orgs = await database.db.selectFrom('orgs').select(['id', 'shard_id']).execute();
const [here, there] = [orgs.filter((org) => org.shard_id !== secondKey), orgs.filter((org) => org.shard_id === secondKey)];
let refused = 0;
const ask = ({ id }: { id: string }) =>
  inTenant(platform, id, (tx) => tx.selectFrom('locations').select('id').execute()).catch(() => {
    refused += 1;
  });
say(`Orgs: ${here.length} on the first server, ${there.length} on the second`);
say(`before, first:   ${quantiles(await each(here, ask))}; second: ${quantiles(await each(there, ask))}; refused ${refused}`);
process.kill(other.pid, 'SIGKILL');
refused = 0;
const [during, dead] = await Promise.all([each(here, ask), each(there, ask)]);
say(`killed, first:   ${quantiles(during)}; second: ${quantiles(dead)}; refused ${refused} of ${there.length}`);
refused = 0;
say(`after, first:    ${quantiles(await each(here, ask))}; refused ${refused}`);

await tenancy.close();
await database.close();
await own.stop();
await other.stop().catch(() => {});
rmSync(folder, { recursive: true, force: true });
