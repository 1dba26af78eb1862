import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { median } from './median.js';
import { type Gateway, startWorker } from './product.js';

/** Mutations a second: the medians of rounds in turns. */
export interface WritingFigures {
  readonly withWorker: number;
  readonly withoutWorker: number;
  /** Of each pair of rounds, in order. */
  readonly ratios: readonly number[];
}

export interface WritingOptions {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly pairs: number;
  /** Of one round. */
  readonly seconds: number;
  readonly clients: number;
}

/** How fast changes are made, each with its entry, while a worker counts and seals them, and while none runs. */
export async function measureWriting(pool: pg.Pool, gateway: Gateway, options: WritingOptions): Promise<WritingFigures> {
  const { databaseUrl, folder, pairs, seconds, clients } = options;
  const [withWorker, withoutWorker]: [number[], number[]] = [[], []];
  await changesPerSecond(gateway, clients, seconds);
  for (let pair = 0; pair < pairs; pair += 1) {
    withoutWorker.push(await changesPerSecond(gateway, clients, seconds));
    const stop = await startWorker(pool, databaseUrl, folder);
    // What it does at its start, and what the round before, and at first the generator, has left to it.
    await untilCaughtUp(pool);
    await sleep(2_000);
    withWorker.push(await changesPerSecond(gateway, clients, seconds));
    await stop();
  }
  return {
    withWorker: median(withWorker),
    withoutWorker: median(withoutWorker),
    ratios: withWorker.map((rate, i) => rate / (withoutWorker[i] ?? Number.NaN)),
  };
}

/** Until all that there is now is counted and sealed. */
async function untilCaughtUp(pool: pg.Pool): Promise<void> {
  const newest = 'select e.xid::text as xid, e.id from platform_audit_log e order by e.xid desc, e.id desc limit 1';
  const { rows } = await pool.query<{ xid: string; id: string }>(newest);
  const isBehind = `select 1 where not exists (select from audit_batches where (end_xid, end_id) >= ($1::xid8, $2::uuid))
    or exists (select from platform_audit_log where xid >= (select xid from audit_counts_progress) and xid <= $1::xid8)`;
  for (;;) {
    const { rowCount } = await pool.query(isBehind, [rows[0]?.xid, rows[0]?.id]);
    if (rowCount === 0) return;
    await sleep(100);
  }
}

/** Clients that make partners, one after the other each. */
async function changesPerSecond({ url, token }: Gateway, clients: number, seconds: number): Promise<number> {
  const begun = performance.now();
  const deadline = begun + seconds * 1_000;
  async function change(): Promise<number> {
    for (let made = 0; ; made += 1) {
      const answer = await fetch(`${url}/api/v1/platform/partners`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'A partner of the bench', slug: `bench-${randomUUID()}` }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`A change was refused: ${answer.status} ${text}`);
      if (performance.now() >= deadline) return made;
    }
  }
  const made = await Promise.all(Array.from({ length: clients }, change));
  return made.reduce((sum, count) => sum + count, 0) / seconds;
}
