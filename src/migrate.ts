/**
 * `npm run migrate`: brings the database up to this program, apart from a start, and says what ran. With `-- --tenants` the schemas of all
 * tenants after it; the exit code is 1 where one of them could not be, and why is said beside its slug.
 */
import { type Config, parseConfig } from './config.js';
import type { Database } from './db/pool.js';
import { migrateOnly } from './start/prepareDatabase.js';
import { printed } from './start/progress.js';
import { runCommand } from './start/runCommand.js';
import { startDatabase } from './start/startDatabase.js';
import { migrateTenants } from './tenancy/migrateTenants.js';
import { openTenancy } from './tenancy/tenancy.js';

const help = `npm run migrate -- [options]
  --tenants  the schemas of all tenants too
`;

/** Tenants at once. */
const parallel = 8;

async function migrateFleet(database: Database, config: Config): Promise<void> {
  const tenancy = openTenancy(
    database,
    { ...config, shardPoolSize: parallel },
    { statementTimeout: 0, applicationName: 'tenantry migrate' },
  );
  try {
    const start = performance.now();
    const { migrated, failed } = await migrateTenants(
      { db: database.db, shardPools: tenancy.pools },
      { parallel, onTenant: (slug, reason) => reason !== undefined && printed(`${slug}: failed: ${reason}`) },
    );
    printed(`Tenants: ${migrated} up to date, ${failed} failed, in ${((performance.now() - start) / 1_000).toFixed(1)} s.`);
    if (failed > 0) process.exitCode = 1;
  } finally {
    await tenancy.close();
  }
}

await runCommand(help, { tenants: { type: 'boolean' } }, async ({ tenants }) => {
  const config = parseConfig(process.env);
  const database = await startDatabase({ config, progress: printed });
  try {
    const ran = await migrateOnly(database, config, printed);
    printed(ran.length > 0 ? `Migrated: ${ran.join(', ')}.` : 'The database is up to date.');
    if (tenants) await migrateFleet(database, config);
  } finally {
    await database.stop();
  }
});
