import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../../src/db/pool.js';

/** One change that clients were told is made. */
interface Acknowledged {
  readonly kind: 'partner' | 'billing';
  /** The org or the partner. */
  readonly id: string;
}

/** Clients that write until they are stopped, and remember what was acknowledged. */
export interface Writers {
  /** Changes that were acknowledged so far. */
  readonly count: () => number;
  /** Requests that had to be sent again so far. */
  readonly retries: () => number;
  /** Ends them, each when its change is acknowledged, and returns what is not as they were told. */
  stop(): Promise<void>;
  /** What of the database is not as the clients were told. */
  discrepancies(database: Pick<Database, 'db'>): Promise<Discrepancies>;
}

export interface Discrepancies {
  /** Changes that were acknowledged and are not there. */
  readonly lost: number;
  /** Changes that are there more often than they were acknowledged. */
  readonly doubled: number;
  /** Answers that neither acknowledged a change nor asked for another try. */
  readonly refused: readonly string[];
}

/** Nothing lost, nothing doubled. */
export const asTold: Discrepancies = { lost: 0, doubled: 0, refused: [] };

export interface WritersOptions {
  readonly clients: number;
  /** Where a client sends its next request. */
  readonly nextUrl: () => string;
  readonly token: string;
  /** Orgs at version 1, whose billing they change: each change raises the version, so a doubled one shows. */
  readonly orgs: readonly string[];
  /** Of the slugs of the partners that they make. */
  readonly prefix: string;
}

/** Answers that say: ask again. A request with the key is running, it was too much at once, or the database is away. */
const again = new Set([409, 429, 502, 503, 504]);

/** Starts clients which make each change under an Idempotency-Key, and send it again until they hear that it is made. */
export function startWriters({ clients, nextUrl, token, orgs, prefix }: WritersOptions): Writers {
  const acknowledged: Acknowledged[] = [];
  const refused: string[] = [];
  let [isStopping, retries] = [false, 0];

  async function send(method: string, path: string, key: string, body: object): Promise<{ id?: string } | undefined> {
    for (;;) {
      try {
        const response = await fetch(`${nextUrl()}${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(15_000),
        });
        const text = await response.text();
        if (response.ok) return JSON.parse(text);
        if (!again.has(response.status)) {
          refused.push(`${method} ${path}: ${response.status} ${text}`);
          return undefined;
        }
      } catch {
        // Nobody knows whether it was made: that is what the key is for.
      }
      retries += 1;
      await sleep(20 + Math.random() * 60);
    }
  }

  async function write(client: number): Promise<void> {
    for (let number = 0; !isStopping; number += 1) {
      const key = randomUUID();
      if (number % 2 === 0) {
        const made = await send('POST', '/api/v1/platform/partners', key, { name: `Client ${client}`, slug: `${prefix}${key}` });
        if (made?.id) acknowledged.push({ kind: 'partner', id: made.id });
      } else {
        const org = orgs[(client + number) % orgs.length] ?? '';
        const done = await send('PATCH', `/api/v1/platform/orgs/${org}/billing`, key, { max_locations: 1 + (number % 50) });
        if (done) acknowledged.push({ kind: 'billing', id: org });
      }
    }
  }

  const running = Promise.all(Array.from({ length: clients }, (_, client) => write(client)));
  return {
    count: () => acknowledged.length,
    retries: () => retries,
    async stop() {
      isStopping = true;
      await running;
    },
    async discrepancies({ db }) {
      const partners = acknowledged.filter(({ kind }) => kind === 'partner').map(({ id }) => id);
      const made = await sql<{ id: string }>`select public_id as id from partners where slug like ${`${prefix}%`}`.execute(db);
      const there = new Set(made.rows.map(({ id }) => id));
      const kept = partners.filter((id) => there.has(id)).length;
      let [lost, doubled] = [partners.length - kept, there.size - kept];
      for (const org of orgs) {
        const changes = acknowledged.filter(({ kind, id }) => kind === 'billing' && id === org).length;
        const { version } = await db.selectFrom('orgs').select('version').where('public_id', '=', org).executeTakeFirstOrThrow();
        lost += Math.max(0, 1 + changes - version);
        doubled += Math.max(0, version - 1 - changes);
      }
      return { lost, doubled, refused };
    },
  };
}
