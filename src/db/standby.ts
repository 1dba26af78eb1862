import {
  type AbortableOperationOptions,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  sql,
} from 'kysely';
import type pg from 'pg';
import { preparingClient } from './client.js';
import { type DatabaseOptions, openPool } from './pool.js';
import type { DB } from './types.generated.js';

/** Reads from a streaming standby of the control plane's database. */
export interface Standby {
  /**
   * What may be read a little late. A statement that the standby does not answer is answered by the primary, so that nothing fails because
   * of the standby. It begins no transaction.
   */
  readonly db: Kysely<DB>;
  /** Connections to the standby. */
  readonly pool: pg.Pool;
  /**
   * Says where one query of a caller's is read: here, if the standby shows all that the caller has changed and is less than ten seconds behind
   * with what others have.
   * @param newestChange as `newestChangeOf` reads it from the primary
   */
  serves(newestChange: string | null): boolean;
  close(): Promise<void>;
}

export interface StandbyOptions extends DatabaseOptions {
  readonly primary: Kysely<DB>;
  /** Called where reads go to the primary from now on, with the reason, and with none where the standby is read from again. */
  readonly onQuery?: (place: 'standby' | 'primary') => void;
  readonly onTurn?: (reason: Error | undefined) => void;
}

/** Milliseconds. */
const limits = {
  betweenLooks: 250,
  /** For which what a look has found is believed. */
  found: 2_000,
  /** By which a standby may be behind. */
  behind: 10_000,
};

/** Entries of one caller beyond which nobody looks which is the newest. */
const maxChanges = 100;
/** Greater than any transaction: whoever has changed this is not on the standby. */
const beyondAll = '18446744073709551615';

/**
 * SQL for the newest transaction of the last minute in which somebody has changed something, by the entries that each change leaves; null
 * where there is none. Whoever changes very much counts as not to be found on a standby at all, and for that minute so does who makes an
 * org: it is opened after its entry was written, in a transaction that has no entry.
 *
 * Any entries will do, in no order: either they are all that there are, or too many. The months to come have none, but a clock that is set
 * may have left some a little ahead.
 * @param id expression for the person's public id
 */
export function newestChangeOf(id: string): string {
  return `(select case when count(*) = ${maxChanges} or bool_or(_c.action = 'org.create') then '${beyondAll}' else max(_c.xid)::text end
    from (select _e.xid, _e.action from platform_audit_log _e where _e.actor_id = ${id}::text
      and _e.created_at > now() - interval '1 minute' and _e.created_at < now() + interval '1 day' limit ${maxChanges}) _c)`;
}

/** Which database a server holds: a standby has its primary's. A constant of ours, since it is pasted into the text. */
const identity = `(select system_identifier from pg_control_system()) || ' ' || current_database()`;

interface Found {
  isStandby: boolean;
  identity: string;
  replayed: string | null;
  xmin: string;
}

/** A place in the write-ahead log that was reached on the primary before a time. */
interface Mark {
  readonly at: number;
  readonly place: bigint;
}

/**
 * Opens a pool on a standby and begins to look at it four times a second. It is read from once a look has found it complete; one that is
 * not there, or has become a primary, is not read from and does no harm. The address must lead to one server, and not to any of several.
 */
export function openStandby({ primary, onTurn = () => {}, onQuery = () => {}, ...options }: StandbyOptions): Standby {
  const replica = openPool<DB>(
    {
      ...options,
      onIdleError(error) {
        putAside(error);
        options.onIdleError?.(error);
      },
    },
    preparingClient(options.onStatement ?? (() => {})),
  );
  /** All transactions before it are over on the standby. It never falls: a standby that was restarted may be where it was earlier. */
  let xmin = 0n;
  let foundAt = Number.NEGATIVE_INFINITY;
  let caughtUpTo = Number.NEGATIVE_INFINITY;
  let marks: readonly Mark[] = [];
  let primaryIdentity: string | undefined;
  /** Counts failures, so that a look that began before one does not undo it. */
  let failures = 0;
  const openedAt = performance.now();
  let isReadFrom: boolean | undefined;

  function isServing(): boolean {
    const now = performance.now();
    return now - foundAt < limits.found && now - caughtUpTo < limits.behind;
  }

  function turn(reason?: Error): void {
    if (isReadFrom === (reason === undefined)) return;
    isReadFrom = reason === undefined;
    onTurn(reason);
  }

  function putAside(reason: unknown): void {
    failures += 1;
    foundAt = Number.NEGATIVE_INFINITY;
    turn(reason instanceof Error ? reason : new Error(String(reason)));
  }

  async function mark(): Promise<void> {
    const at = performance.now();
    const { rows } = await sql<{ place: string; identity: string }>`/* place in the log */ select pg_current_wal_flush_lsn()::text as place,
      ${sql.raw(identity)} as identity`.execute(primary);
    const [row] = rows;
    if (!row) return;
    primaryIdentity = row.identity;
    marks = [...marks.filter((one) => at - one.at < limits.behind), { at, place: placeOf(row.place) }];
  }

  async function look(): Promise<void> {
    const at = performance.now();
    const before = failures;
    const { rows } = await sql<Found>`/* look at the standby */ select pg_is_in_recovery() as "isStandby", ${sql.raw(identity)} as identity,
      pg_last_wal_replay_lsn()::text as replayed, pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(replica.db);
    const [found] = rows;
    if (!found || primaryIdentity === undefined || failures !== before) return;
    if (!found.isStandby || found.identity !== primaryIdentity) {
      throw new Error('DATABASE_READ_URL leads to a server that is no standby of the one at DATABASE_URL.');
    }
    const replayed = placeOf(found.replayed ?? '0/0');
    caughtUpTo = marks.findLast(({ place }) => place <= replayed)?.at ?? caughtUpTo;
    const itsXmin = BigInt(found.xmin);
    if (itsXmin < xmin) return;
    xmin = itsXmin;
    foundAt = at;
    if (isServing()) turn();
    else if (at - openedAt > limits.found) turn(new Error(`The standby is more than ${limits.behind / 1_000} seconds behind.`));
  }

  // A primary that does not answer says nothing about the standby; what it last said grows old.
  const marking = oneAtATime(() => mark().catch(() => {}));
  const looking = oneAtATime(() => look().catch(putAside));
  const timer = setInterval(() => {
    marking();
    looking();
  }, limits.betweenLooks).unref();

  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery, given?: AbortableOperationOptions): Promise<QueryResult<R>> {
      // A statement's text does not tell the type of its rows; whoever asks names it, here as everywhere.
      if (isServing()) {
        try {
          return await replica.db.executeQuery<R>(query as CompiledQuery<R>, given);
        } catch (error) {
          putAside(error);
        }
      }
      return primary.executeQuery<R>(query as CompiledQuery<R>, given);
    },
    streamQuery: refuse,
  };
  return {
    db: new Kysely<DB>({
      dialect: {
        createDriver: () => driverOf(connection),
        createAdapter: () => new PostgresAdapter(),
        createQueryCompiler: () => new PostgresQueryCompiler(),
        createIntrospector: (db) => new PostgresIntrospector(db),
      },
    }),
    pool: replica.pool,
    serves(newestChange) {
      const isServed = isServing() && (newestChange === null || BigInt(newestChange) < xmin);
      onQuery(isServed ? 'standby' : 'primary');
      return isServed;
    },
    async close() {
      clearInterval(timer);
      await Promise.all([marking.last(), looking.last()]);
      await replica.db.destroy();
    },
  };
}

/** Of a place such as `16/B374D848`, its number of bytes. */
function placeOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function oneAtATime(work: () => Promise<void>) {
  let running: Promise<void> | undefined;
  const start = () => {
    running ??= work().finally(() => {
      running = undefined;
    });
  };
  return Object.assign(start, { last: async () => running });
}

function refuse(): never {
  throw new Error('A standby is asked single statements.');
}

function driverOf(connection: DatabaseConnection): Driver {
  const nothing = async () => {};
  return {
    init: nothing,
    acquireConnection: async () => connection,
    releaseConnection: nothing,
    destroy: nothing,
    beginTransaction: async () => refuse(),
    commitTransaction: async () => refuse(),
    rollbackTransaction: async () => refuse(),
  };
}
