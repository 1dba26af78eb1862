import { setTimeout as sleep } from 'node:timers/promises';
import { sealingOf } from '../../src/audit/seal/sealing.js';
import { parseConfig } from '../../src/config.js';
import type { Database } from '../../src/db/pool.js';
import type { Checked } from '../../src/fsck/check.js';
import { checks } from '../../src/fsck/checks.js';
import { runChecks } from '../../src/fsck/runChecks.js';
import { noneLeftInTransaction } from '../../src/fsck/time.checks.js';
import { openTenancy } from '../../src/tenancy/tenancy.js';
import { testShardKeys } from '../support/gateway.js';
import { sealEnv } from './sealEnv.js';

export interface Soundness {
  /** Whether the test wrote rows of its own, of which no entry tells: what compares rows with the trail is left out then. */
  readonly hasRowsOfTheTest?: boolean;
  /** Keys that the trail is sealed with, where they are not those that processes of these tests are given. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What fsck finds; a connection that is left in a transaction after seconds, and not after a minute. */
export async function unsoundness(database: Pick<Database, 'db' | 'url'>, { hasRowsOfTheTest, env }: Soundness = {}): Promise<string[]> {
  const config = parseConfig({ SHARD_KEYS: testShardKeys, ...sealEnv, ...env });
  const tenancy = openTenancy(database, config, { statementTimeout: 30_000, applicationName: 'tenantry fsck' });
  try {
    const checked = { db: database.db, shardPools: tenancy.pools, sealing: sealingOf(config) };
    const asked = checks.filter(({ name }) => !(hasRowsOfTheTest && name.startsWith('The trail tells of')));
    const outcomes = await runChecks(checked, undefined, asked);
    return [
      ...outcomes.flatMap(({ name, findings }) => findings.map((finding) => `${name}: ${finding}`)),
      ...(await leftInTransaction(checked)),
    ];
  } finally {
    await tenancy.close();
  }
}

/** Milliseconds: longer than the server lets a connection rest in its transaction, which is what ends one whose client has vanished. */
const longestRest = 35_000;

/** Connections that are never seen out of their transaction; whoever works has pauses between two statements. */
async function leftInTransaction(checked: Checked): Promise<string[]> {
  const start = performance.now();
  for (;;) {
    const found = await noneLeftInTransaction(1).find(checked);
    if (found.length === 0 || performance.now() - start > longestRest) return found;
    await sleep(100);
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
