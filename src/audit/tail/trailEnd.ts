import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../db/types.generated.js';
import { firstPosition } from '../seal/batches.js';
import type { Position } from '../seal/checkpointFile.js';

/**
 * How far the trail can be read in the order of its transactions (xid, id) with nothing to come in between: up to the oldest transaction
 * that still runs.
 */
export interface TrailEnd {
  /**
   * The place where a tail that begins now begins: all that is committed from here on is behind it.
   * @returns also the first transaction that has not begun: no place that was ever given out lies beyond it
   */
  now(): Promise<{ readonly place: Position; readonly newest: string }>;
  /**
   * Waits until an entry behind a place is settled.
   * @returns the last one that is; the place itself when `signal` aborts
   */
  beyond(place: Position, signal: AbortSignal): Promise<Position>;
}

/**
 * Milliseconds between two looks. A NOTIFY by each writer would be sooner, and would make them commit one after the other: PostgreSQL holds
 * one lock for all who notify until their commit is on the disk.
 */
const lookInterval = 250;

interface Waiter {
  readonly place: Position;
  readonly resolve: (end: Position) => void;
  readonly reject: (error: unknown) => void;
}

/** One statement each quarter of a second while anyone waits, however many they are, and none while nobody does. */
export function trailEndOf(db: Kysely<DB>): TrailEnd {
  const waiters = new Set<Waiter>();
  let end = firstPosition;
  let isLooking = false;
  let lookedAt = 0;

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      while (waiters.size > 0) {
        await sleep(Math.max(0, lookedAt + lookInterval - Date.now()), undefined, { ref: false });
        lookedAt = Date.now();
        end = (await readEnd(db, end)) ?? end;
        for (const waiter of waiters) if (isBehind(end, waiter.place)) waiter.resolve(end);
      }
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
    } finally {
      isLooking = false;
    }
  }

  return {
    async now() {
      const { rows } = await sql<{ xmin: string; xmax: string }>`/* where a tail begins */
        select pg_snapshot_xmin(s)::text as xmin, pg_snapshot_xmax(s)::text as xmax from pg_current_snapshot() s`.execute(db);
      const { xmin = '0', xmax = '0' } = rows[0] ?? {};
      return { place: { ...firstPosition, xid: xmin }, newest: xmax };
    },
    beyond(place, signal) {
      if (signal.aborted || isBehind(end, place)) return Promise.resolve(signal.aborted ? place : end);
      return new Promise<Position>((resolve, reject) => {
        const leave = () => {
          waiters.delete(waiter);
          signal.removeEventListener('abort', give);
        };
        const give = () => waiter.resolve(place);
        const waiter: Waiter = {
          place,
          resolve(at) {
            leave();
            resolve(at);
          },
          reject(error) {
            leave();
            reject(error);
          },
        };
        waiters.add(waiter);
        signal.addEventListener('abort', give, { once: true });
        void look();
      });
    },
  };
}

/** Whether the first comes behind the second. */
function isBehind(a: Position, b: Position): boolean {
  const [x, y] = [BigInt(a.xid), BigInt(b.xid)];
  return x === y ? a.id > b.id : x > y;
}

async function readEnd(db: Kysely<DB>, known: Position): Promise<Position | undefined> {
  const { rows } = await sql<Position>`/* end of the audit trail */ select e.xid::text as xid, e.id from platform_audit_log e
    where (e.xid, e.id) > (${known.xid}::xid8, ${known.id}::uuid) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by e.xid desc, e.id desc limit 1`.execute(db);
  return rows[0];
}
