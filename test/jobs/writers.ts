import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../../src/errors.js';
import { inTenant, type TenantTx } from '../../src/tenancy/tenant.js';

type Platform = Parameters<typeof inTenant>[0];

/** What those who wrote to a tenant were told. */
export interface Written {
  /** Rows that were inserted, of those writes that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Changes of rows that were there, of those that were acknowledged. */
  readonly changed: number;
  readonly refused: number;
  /** Whatever came instead of either. */
  readonly other: readonly unknown[];
  /** The longest time in milliseconds between the first refusal of a writer and its next acknowledgement. */
  readonly longestRefusal: number;
  /** The longest time in milliseconds that an acknowledged write took. */
  readonly longestWrite: number;
}

/** Writes to a tenant all the time: a new location, and a change of any patient, in one transaction. */
export function startWriters(platform: Platform, orgKey: string, writers: number, pause: number): { stop(): Promise<Written> } {
  const acknowledged = new Set<string>();
  const other: unknown[] = [];
  let [changed, refused, longestRefusal, longestWrite] = [0, 0, 0, 0];
  let stopped = false;
  let next = 0;

  async function write(tx: TenantTx, id: string): Promise<number> {
    next += 1;
    await tx
      .insertInto('locations')
      .values({ public_id: id, code: `W-${next}`, name: `Written ${next}` })
      .execute();
    const { numUpdatedRows } = await tx
      .updateTable('patients')
      .set({ phone: String(next) })
      .where('id', '=', String(1 + ((next * 7919) % 1_000)))
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }

  async function writer(): Promise<void> {
    let refusedSince: number | undefined;
    while (!stopped) {
      const id = crypto.randomUUID();
      const start = performance.now();
      try {
        changed += await inTenant(platform, orgKey, (tx) => write(tx, id));
        acknowledged.add(id);
        const now = performance.now();
        longestWrite = Math.max(longestWrite, now - start);
        if (refusedSince !== undefined) longestRefusal = Math.max(longestRefusal, now - refusedSince);
        refusedSince = undefined;
      } catch (error) {
        if (error instanceof Unavailable) refused += 1;
        else other.push(error);
        refusedSince ??= performance.now();
      }
      await sleep(pause);
    }
  }

  const running = Array.from({ length: writers }, writer);
  return {
    async stop() {
      stopped = true;
      await Promise.all(running);
      return { acknowledged, changed, refused, other, longestRefusal, longestWrite };
    },
  };
}
