import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { Unavailable } from '../errors.js';
import { type OnStatement, preparingClient } from './client.js';
import { type Notifications, openNotifications } from './notifications.js';
import type { DB } from './types.generated.js';
import { giveUpWhenSilent } from './unanswered.js';

export interface PoolOptions {
  /** A PostgreSQL connection string. A secret: it is in no log line and no error. */
  readonly url: string;
  readonly poolSize: number;
  /** Milliseconds to wait for a free connection before `Unavailable`. */
  readonly acquireTimeout: number;
  /**
   * Milliseconds after which the server cancels a statement; 0 for never. A connection on which a second later there is no answer is
   * given up. A statement without such a limit ends within some seconds after this process has, where the server's system tells it.
   */
  readonly statementTimeout: number;
  /** Milliseconds that a statement waits for a lock before it fails; without it for as long as it may take. */
  readonly lockTimeout?: number;
  readonly applicationName: string;
  /** An idle connection broke. The pool has dropped it; nothing else needs to be done. */
  readonly onIdleError?: (error: Error) => void;
}

export interface DatabaseOptions extends PoolOptions {
  readonly onStatement?: OnStatement;
}

export interface Database {
  readonly db: Kysely<DB>;
  readonly pool: pg.Pool;
  readonly notifications: Notifications;
  /** A secret; see `DatabaseOptions`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Milliseconds beyond the server's own timeout after which a statement counts as lost. */
const grace = 1_000;

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/** Of a setting, as where the server's system does not tell whether a client is still there. */
const invalidValue = '22023';

/** Without it a statement whose process was killed goes on, waits for locks, and holds up everyone behind those that it has. */
async function endWithProcess(client: pg.ClientBase): Promise<void> {
  try {
    await client.query(`set client_connection_check_interval = '2s'`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== invalidValue) throw error;
  }
}

/** `2026-01-02 03:04:05.678901+00` as RFC 3339; a Date would lose the microseconds that cursors are made of. */
function isoTimestamp(text: string): string {
  return `${text.replace(' ', 'T').slice(0, -3)}Z`;
}

const asItIs = (text: string): string => text;

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === TIMESTAMPTZ && format !== 'binary') return isoTimestamp;
    // Stays a text, as with pg's own parser, which looks at each digit first.
    if (oid === INT8 && format !== 'binary') return asItIs;
    return pg.types.getTypeParser(oid, format);
  },
};

/** Opens the control plane's database. No connection is made before the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const { db, pool } = openPool<DB>(options, preparingClient(options.onStatement ?? (() => {})));
  const notifications = openNotifications({
    url: options.url,
    applicationName: `${options.applicationName} notifications`,
    onError: options.onIdleError,
  });
  return {
    db,
    pool,
    notifications,
    url: options.url,
    async close() {
      await notifications.close();
      await db.destroy();
    },
  };
}

/** Opens a pool of the client's connections on a database with these tables. No connection is made before the first statement. */
export function openPool<Tables>(options: PoolOptions, Client = pg.Client): { readonly db: Kysely<Tables>; readonly pool: pg.Pool } {
  const { statementTimeout, lockTimeout } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: options.acquireTimeout,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeout || undefined,
    lock_timeout: lockTimeout,
    idle_in_transaction_session_timeout: 30_000,
    application_name: options.applicationName,
    options: '-c timezone=UTC -c datestyle=ISO',
    keepAlive: true,
    types,
    Client,
    onConnect: statementTimeout === 0 ? endWithProcess : undefined,
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', (error) => options.onIdleError?.(error));
  // So would that of one in use, between two statements of a transaction; the next statement fails and says so.
  pool.on('connect', (client) => client.on('error', () => {}));
  if (statementTimeout > 0) pool.on('connect', (client) => giveUpWhenSilent(client, statementTimeout + grace));

  return { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool: poolThatSaysWhenItIsFull(pool) }) }), pool };
}

/** Connections of a pool: at rest, at work, and callers that wait for one. */
export interface PoolState {
  readonly idle: number;
  readonly busy: number;
  readonly waiting: number;
}

/** What a pool’s connections are doing whenever it is asked. */
export function stateOf(pool: pg.Pool): () => PoolState {
  return () => ({ idle: pool.idleCount, busy: pool.totalCount - pool.idleCount, waiting: pool.waitingCount });
}

const noPlace = 'timeout exceeded when trying to connect';

/** Whether an error says that all connections of a pool were in use, which is nothing that the server did. */
export function isPoolFull(error: unknown): boolean {
  return error instanceof Unavailable && error.cause instanceof Error && error.cause.message === noPlace;
}

function poolThatSaysWhenItIsFull(pool: pg.Pool) {
  return {
    async connect() {
      try {
        return await pool.connect();
      } catch (error) {
        const message =
          error instanceof Error && error.message === noPlace
            ? 'The service is busy. Try again shortly.'
            : 'The database cannot be reached. Try again shortly.';
        throw new Unavailable(message, 1, { cause: error });
      }
    },
    end: () => pool.end(),
    options: pool.options,
  };
}
