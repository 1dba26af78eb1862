/**
 * The only errors that a service throws. Each says two things: to the caller what to do (`message`, `details`),
 * to the log what happened (`cause`). One table a surface maps them: `server/graphql/errors.ts`, `rest/surfaces/`.
 */

export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'LOCKOUT'
  | 'BAD_USER_INPUT'
  | 'TOO_MANY_REQUESTS'
  | 'UNAVAILABLE';

export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
  /** What the caller may know beyond the message. Never a secret, never another tenant's data. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.details = details;
  }
}

/** No credentials, or credentials that no longer hold. The message never tells which part was wrong. */
export class Unauthenticated extends DomainError {
  readonly code = 'UNAUTHENTICATED';

  constructor(message = 'Sign in: a valid bearer token is required.') {
    super(message);
  }
}

/** The caller is known and may not. Names the permission that would have allowed it. */
export class Forbidden extends DomainError {
  readonly code = 'FORBIDDEN';
  /** Keys that an anti-escalation check found lacking; none where the permission alone is missing. */
  readonly missing: readonly string[];

  /**
   * @param permission the missing key, such as `platform.orgs.read`, or `users:update` on a workspace
   * @param details `missing`: the keys that an anti-escalation check found lacking
   */
  constructor(
    readonly permission: string,
    details: { missing?: readonly string[]; message?: string } = {},
  ) {
    const { message, ...rest } = details;
    super(message ?? `This needs the permission ${permission}.`, { requiredPermission: permission, ...rest });
    this.missing = details.missing ?? [];
  }
}

/** How a sentence calls a type of object, which the trail writes as `workspace_member`. */
export function inWords(resourceType: string): string {
  return resourceType.replaceAll('_', ' ');
}

/** There is no such object, or none that the caller may know of: the two read the same. */
export class NotFound extends DomainError {
  readonly code = 'NOT_FOUND';

  /** @param resourceType as the trail writes it, such as `workspace_member` */
  constructor(
    readonly resourceType: string,
    readonly resourceId: string,
  ) {
    super(`There is no such ${inWords(resourceType)}.`, { resourceType, resourceId });
  }
}

/** There is such an object, or may be, and a rule keeps it from the caller: it reads as `NotFound`, and is a refusal to the trail. */
export class Hidden extends NotFound {}

/** The state of the object, or another object, is in the way. */
export class Conflict extends DomainError {
  readonly code = 'CONFLICT';
}

/** The change would leave nobody who could let anybody in again. */
export class Lockout extends DomainError {
  readonly code = 'LOCKOUT';

  /** @param permission what nobody would hold for good */
  constructor(permission: string) {
    super(`This would leave nobody who holds ${permission} for good.`, { permission });
  }
}

/** One value that breaks a rule. */
export interface FieldIssue {
  /** Path of the value from the operation's arguments: `['input', 'slug']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Machine-readable kind in pydantic's vocabulary, which both REST surfaces document: `value_error`, `string_too_long`… */
  readonly type: string;
  /** The bounds that were broken, such as `{ max_length: 100 }`. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** The input breaks a rule; names each value at fault. */
export class Invalid extends DomainError {
  readonly code = 'BAD_USER_INPUT';

  constructor(readonly issues: readonly [FieldIssue, ...FieldIssue[]]) {
    super(issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '), { issues });
  }

  /** One value at fault, the common case. */
  static field(path: readonly (string | number)[], message: string, type = 'value_error', context?: Record<string, unknown>): Invalid {
    return new Invalid([{ path, message, type, context }]);
  }
}

/** The caller, or someone at the same account or address, tried too often. */
export class TooManyRequests extends DomainError {
  readonly code = 'TOO_MANY_REQUESTS';

  constructor(
    /** Whole seconds after which another attempt is allowed. */
    readonly retryAfter: number,
  ) {
    super('This was tried too often. Try again later.', { retryAfter });
  }
}

/** Try again later: a dependency does not answer, or all its places are taken. */
export class Unavailable extends DomainError {
  readonly code = 'UNAVAILABLE';

  constructor(
    message: string,
    /** Whole seconds after which a retry has a chance. */
    readonly retryAfter = 1,
    options?: ErrorOptions,
  ) {
    super(message, { retryAfter }, options);
  }
}
