import { randomBytes } from 'node:crypto';
import { parseConfig } from '../../src/config.js';
import type { Database } from '../../src/db/pool.js';
import { runChecks } from '../../src/fsck/runChecks.js';
import { openTenancy } from '../../src/tenancy/tenancy.js';

/** What fsck finds in a database whose orgs are all on the control plane's own shard. */
export async function unsoundness(database: Pick<Database, 'db' | 'url'>): Promise<string[]> {
  const config = parseConfig({ SHARD_KEYS: `1:${randomBytes(32).toString('base64url')}` });
  const tenancy = openTenancy(database, config, { statementTimeout: 30_000, applicationName: 'tenantry fsck' });
  try {
    const outcomes = await runChecks({ db: database.db, shardPools: tenancy.pools });
    return outcomes.flatMap(({ name, findings }) => findings.map((finding) => `${name}: ${finding}`));
  } finally {
    await tenancy.close();
  }
}

/** How often a fault is made: a few times in `npm test`, as often as FAULT_ROUNDS says in `npm run test:faults`. */
export function rounds(few: number): number {
  return Number(process.env.FAULT_ROUNDS ?? few);
}

/** Minutes after which no further round is begun, where FAULT_MINUTES says so. */
const minutes = Number(process.env.FAULT_MINUTES ?? Number.POSITIVE_INFINITY);

/** Goes through so many rounds, or as many as there is time for. @returns how many there were */
export async function inRounds(most: number, round: (number: number) => Promise<void>): Promise<number> {
  const end = performance.now() + minutes * 60_000;
  let done = 0;
  for (; done < most && performance.now() < end; done += 1) await round(done);
  return done;
}
