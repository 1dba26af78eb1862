/**
 * Makes an org as a gateway does, and dies by SIGKILL on the way: a process of its own, started by provisioning.test.ts.
 * Arguments: the database's address, the shard keys, the slug, and how many steps are done before it dies; with `inside`, the next step
 * is under way then.
 */
import { parseConfig } from '../../src/config.js';
import { openDatabase } from '../../src/db/pool.js';
import { reserveOrg } from '../../src/orgs/createOrg.service.js';
import { placementOf } from '../../src/tenancy/placement.js';
import { claimOf, provisioningSteps } from '../../src/tenancy/provisioning.js';
import { openTenancy } from '../../src/tenancy/tenancy.js';
import { makeTenantSchema } from '../../src/tenancy/tenantSchema.js';

const [url = '', keys = '', slug = '', steps = '0', where] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');

const database = openDatabase({ url, poolSize: 2, acquireTimeout: 5_000, statementTimeout: 5_000, applicationName: 'tenantry mortal' });
const tenancy = openTenancy(database, parseConfig({ SHARD_KEYS: keys }), { statementTimeout: 5_000, applicationName: 'tenantry mortal' });
const platform = { db: database.db, shardKeys: tenancy.keys, shardPools: tenancy.pools };
const author = { actor: null, origin: { traceId: '0'.repeat(32), ipAddress: null, userAgent: null } };

const { key } = await reserveOrg({ ...platform, ...author }, { name: 'Mortal', slug });
const claim = await claimOf(database.db, key);
if (!claim) throw new Error('The reserved org is not being made.');
for (const step of provisioningSteps.slice(0, Number(steps))) await step(platform, claim);
if (where === 'inside') {
  const placement = await placementOf(database.db, key);
  if (!placement) throw new Error('The reserved org has no place.');
  await tenancy.pools.use(placement.shard, (db) =>
    makeTenantSchema(db, placement.schema, async () => {
      die();
    }),
  );
}
die();
