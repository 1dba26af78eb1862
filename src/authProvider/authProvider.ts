import type { Tx } from '../audit/entry.js';
import type { DutyContext } from '../worker/duty.js';

/** A token that is used once, and only by who is given it over the provider. */
interface OneTimeToken {
  readonly token: string;
  /** ISO 8601. After it, the token is worth nothing and is not delivered any more. */
  readonly expiresAt: string;
}

/** What an auth provider is told of a user. */
export type AuthProviderEvent =
  | { readonly type: 'user.blocked' | 'user.unblocked' }
  | ({ readonly type: 'email.verification_requested' | 'password.reset_requested' } & OneTimeToken);

/**
 * Where users prove who they are, as this program sees it. What it is told in a transaction it is told for good where that commits,
 * and not at all where it rolls back.
 */
export interface AuthProvider {
  /**
   * Tells of an event, in the transaction of the change that it comes from. Nothing is waited for but the database: the user's row is locked
   * until the transaction ends, so that the events of one user are told in the order in which they happened.
   * @param userKey the user's internal key
   */
  tell(tx: Tx, userKey: string, event: AuthProviderEvent): Promise<void>;
  /** Does a bounded share of what `tell` left to do. @returns whether there is more that can be done now */
  deliver(ctx: DutyContext): Promise<boolean>;
}
