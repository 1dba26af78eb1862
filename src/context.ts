import type DataLoader from 'dataloader';
import type { Kysely } from 'kysely';
import type { BaseLogger } from 'pino';
import type { Actor, PermissionEnforcement } from './access/actor.js';
import type { OpenIdIssuer } from './access/openIdIssuer.js';
import type { SigningKeys } from './access/signingKeys.js';
import type { RepeatCounter } from './audit/repeats/repeatCounter.js';
import type { Sealing } from './audit/seal/sealing.js';
import type { TrailEnd } from './audit/tail/trailEnd.js';
import type { AuthProvider } from './authProvider/authProvider.js';
import type { Conditions } from './conditions/conditions.js';
import type { Copies } from './db/copies.js';
import type { Notifications } from './db/notifications.js';
import type { Standby } from './db/standby.js';
import type { DB } from './db/types.generated.js';
import { Unauthenticated } from './errors.js';
import type { ShardKeys } from './tenancy/shardKeys.js';
import type { ShardPools } from './tenancy/shardPools.js';

/** What a gateway is made with: the same for every request. */
export interface Platform {
  readonly db: Kysely<DB>;
  /** Where the data of queries is read for those who see their own changes there. */
  readonly standby?: Standby;
  readonly notifications: Notifications;
  readonly keys: SigningKeys;
  /** Whose access tokens are taken beside our own. */
  readonly openId?: OpenIdIssuer;
  /** Where users prove who they are outside of this program, and what it is told. */
  readonly authProvider: AuthProvider;
  /** Seals the trail. */
  readonly sealing: Sealing;
  /** Tells the trail of what callers do again and again. */
  readonly repeats: RepeatCounter;
  /** Tells those who follow the trail that it goes on. */
  readonly trailEnd: TrailEnd;
  /** Streams rows out of the database. */
  readonly copies: Copies;
  readonly shardKeys: ShardKeys;
  readonly shardPools: ShardPools;
  /** Seconds. */
  readonly accessTokenTtl: number;
  /** Seconds. */
  readonly refreshTokenTtl: number;
  /** Seconds for which the events of a job that has ended are kept. */
  readonly jobEventsTtl: number;
}

/** Where a request came from, for the trail. */
export interface Origin {
  readonly traceId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** One request's context. Resolvers hand it to services as their first argument. */
export interface Context extends Platform {
  readonly actor: Actor | null;
  readonly enforcement: PermissionEnforcement;
  /**
   * What is shown is read here: the standby in a query that it may serve, and else `db`. What decides, and what is then changed, is read from
   * `db`.
   */
  readonly reads: Kysely<DB>;
  /** The caller's newest change, as `newestChangeOf` says; undefined where the standby is not to be read from. */
  readonly newestChange?: string | null;
  readonly origin: Origin;
  /** What the request asks of its change; null where it makes none. */
  readonly conditions: Conditions | null;
  readonly log: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
  /** Batches of this request by name: one loader an edge and set of arguments. */
  readonly loaders: Map<string, DataLoader<string, unknown>>;
  /** Permissions whose lack this request has been let through with, and the writing of the entry that says so. */
  readonly violations: Map<string, Promise<void>>;
  /** What this request was refused, by what was missing, and the recording of it. */
  readonly denials: Map<string, Promise<void>>;
}

/** The context of what goes on after its request was answered: each event of a stream is shown in one that was made for it. */
export interface StreamContext extends Context {
  /** Aborted when no one waits for more: the caller has gone, or the process stops. */
  readonly signal: AbortSignal;
}

/** The context of a query: it shows what the standby has, where that is all that the caller has changed. */
export function forQuery<C extends Context>(ctx: C): C {
  const { standby, newestChange } = ctx;
  return standby && newestChange !== undefined && standby.serves(newestChange) ? { ...ctx, reads: standby.db } : ctx;
}

/** The caller. @throws Unauthenticated where there is none */
export function actorOf(ctx: Context): Actor {
  if (!ctx.actor) throw new Unauthenticated();
  return ctx.actor;
}
