import type { Readable } from 'node:stream';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { Unavailable } from '../errors.js';

/** A COPY that runs, on a connection of its own. */
export interface Copy {
  readonly bytes: Readable;
  /** Waits until the server says that all was sent. @returns the number of rows */
  rows(): Promise<number>;
  /** Gives the connection back; a COPY that still runs is cancelled. Safe to call again. */
  end(): Promise<void>;
}

/** Opens COPYs apart from the requests' pool: one lasts as long as its reader takes. */
export interface Copies {
  /**
   * @param before statements without a result that are run first, in the same transaction
   * @throws Unavailable where all places are taken, or the database can't be reached
   */
  open(before: readonly string[], text: string): Promise<Copy>;
}

/** Seconds after which a place may be free again. */
const retryAfter = 5;

/** @param url a secret; @param places COPYs that run at once, at most */
export function copiesOf(url: string, places: number): Copies {
  let taken = 0;
  return {
    async open(before, text) {
      if (taken >= places) throw new Unavailable('As many exports run as may run at once. Try again shortly.', retryAfter);
      taken += 1;
      let isTaken = true;
      const free = () => {
        if (isTaken) taken -= 1;
        isTaken = false;
      };
      try {
        return await start(url, before, text, free);
      } catch (error) {
        free();
        throw error;
      }
    },
  };
}

async function start(url: string, before: readonly string[], text: string, free: () => void): Promise<Copy> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tenantry export',
    connectionTimeoutMillis: 5_000,
    // The reader sets the pace; one that is gone is noticed by the server too.
    options: '-c timezone=UTC -c datestyle=ISO -c statement_timeout=0 -c client_connection_check_interval=2s',
    keepAlive: true,
  });
  // The loss of the connection is the stream's error; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new Unavailable('The database cannot be reached. Try again shortly.', 1, { cause: error });
  }
  let isDone = false;
  let ended: Promise<void> | undefined;
  try {
    await client.query('begin isolation level repeatable read read only');
    for (const statement of before) await client.query(statement);
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const pid = rows[0]?.pid;
    const bytes = client.query(copyStreams.to(text, { highWaterMark: 256 * 1024 }));
    return {
      bytes,
      async rows() {
        // Answered after the COPY: then its count is known.
        await client.query('commit');
        isDone = true;
        return bytes.rowCount;
      },
      end() {
        ended ??= endOf(client, isDone ? undefined : { url, pid }).finally(free);
        return ended;
      },
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function endOf(client: pg.Client, running: { url: string; pid: number | undefined } | undefined): Promise<void> {
  if (running) {
    // What nobody reads any more blocks the connection: the cancellation goes by another one.
    const other = new pg.Client({ connectionString: running.url, connectionTimeoutMillis: 5_000 });
    try {
      await other.connect();
      await other.query('select pg_terminate_backend($1)', [running.pid]);
    } catch {
      // The server sees within seconds that nobody is there any more.
    } finally {
      await other.end().catch(() => {});
    }
  }
  await client.end().catch(() => {});
}
