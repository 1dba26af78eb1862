import { type RawBuilder, sql } from 'kysely';
import { changeAccess, requireHoldsAllOf } from '../access/changeAccess.js';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import { actorOf, type Context } from '../context.js';
import { tellVerification } from '../credentials/emailVerification.service.js';
import { assignments } from '../db/columns.js';
import type { RowOf } from '../db/shape.js';
import { type FieldIssue, Forbidden, Invalid } from '../errors.js';
import type { Selection } from '../graphql/selection.js';
import { checkTexts, given, type TextRule } from '../input.js';
import { type JsonObject, mergePatch } from './mergePatch.js';
import { relationNow } from './relation.js';
import { lockUser, userResource } from './selectUser.js';
import type { UpdateUserInput, User } from './users.types.js';
import { writeUser } from './writeUser.js';

const optional = (max: number): TextRule => ({ max, nullable: true });

/** The texts of a user, as the database bounds them. */
export const userTexts = {
  displayName: { min: 1, max: 200 },
  email: { min: 3, max: 254 },
  username: { min: 1, max: 100 },
  fullName: optional(200),
  avatarUrl: optional(2_048),
  bio: optional(2_000),
  timezone: optional(64),
  locale: optional(35),
} as const satisfies Readonly<Record<string, TextRule>>;

/**
 * Changes the named fields of a user. A new email has yet to be verified.
 * @throws NotFound
 * @throws Forbidden where the email would change of a user whose place the caller may not take
 * @throws Conflict where the email or the username belongs to another user, or a version is named and the user is at another
 * @throws Invalid
 */
export async function updateUser(ctx: Context, id: string, input: UpdateUserInput, selection: Selection): Promise<RowOf<User>> {
  const { baseVersion, defaultWorkspaceId, ...fields } = input;
  checkTexts(['input'], fields, userTexts);
  checkRoles(fields.roles);
  requireSmall(['input', 'preferences'], fields.preferences);
  requireSmall(['input', 'settings'], fields.settings);
  const changes = given(['input'], fields, ['displayName', 'email', 'username', 'preferences', 'settings', 'roles']);
  // An email is a way in: who may have it is decided under the lock of access.
  const run = changes.email === undefined ? change : changeAccess;
  return run(ctx, async ({ tx, record }) => {
    const before = await lockUser(tx, id);
    requireVersion(ctx, 'user', before.version, baseVersion);
    const isNewEmail = changes.email !== undefined && changes.email?.toLowerCase() !== before.email?.toLowerCase();
    if (isNewEmail) await requireMaySetWayIn(ctx, tx, before);
    const sets = [
      ...assignments(changes),
      ...(isNewEmail ? [sql`email_verified_at = null`] : []),
      ...(await defaultWorkspace(tx, before.key, defaultWorkspaceId)),
    ];
    const after = await writeUser(tx, before.key, sets, selection);
    if (isNewEmail) await tellVerification(ctx, tx, before.key);
    await record({ action: 'user.update', resource: userResource(after), before, after });
    return after;
  });
}

/**
 * Whoever sets a way in to an account can sign in as its user: the user does it themselves and signed in, the platform does it for users who
 * hold no more than the caller, and an admin of orgs for users of no other org.
 * @throws Forbidden
 */
async function requireMaySetWayIn(ctx: Context, tx: Tx, user: RowOf<User>): Promise<void> {
  const actor = actorOf(ctx);
  if (actor.id === user.id) return requireSignedInThemselves(ctx);
  const isOfPlatform = actor.permissions.has('platform.users.update') || actor.permissions.has('platform.admins.update');
  if (isOfPlatform) return requireHoldsAllOf(ctx, tx, user.key);
  if ((await relationNow(ctx, tx, user.key)).isWhollyAdministered) return;
  throw new Forbidden('platform.users.update', {
    message: 'The user belongs to more than the orgs that you administer: only they and the platform change how they sign in.',
  });
}

function requireSignedInThemselves(ctx: Context): void {
  const { kind } = actorOf(ctx).credential;
  if (kind === 'session' || kind === 'token') return;
  throw new Forbidden('session', { message: 'An email is changed by who signed in themselves, with no key and as no one else.' });
}

/** @throws Invalid where the user is no member of the workspace, or there is none */
async function defaultWorkspace(tx: Tx, userKey: string, id: string | null | undefined): Promise<RawBuilder<unknown>[]> {
  if (id === undefined) return [];
  if (id === null) return [sql`default_workspace_id = null`];
  const workspace = await tx
    .selectFrom('workspaces as w')
    .innerJoin('workspace_members as m', 'm.workspace_id', 'w.id')
    .select('w.id')
    .where('w.public_id', '=', id)
    .where('w.archived_at', 'is', null)
    .where('m.user_id', '=', userKey)
    .executeTakeFirst();
  if (!workspace) throw Invalid.field(['input', 'defaultWorkspaceId'], 'The user is in no such workspace.', 'value_error');
  return [sql`default_workspace_id = ${workspace.id}`];
}

const mostRoles = 50;

/** @throws Invalid */
function checkRoles(roles: readonly string[] | null | undefined): void {
  if (!roles) return;
  const path = ['input', 'roles'];
  if (roles.length > mostRoles) throw Invalid.field(path, `A user has at most ${mostRoles} roles.`, 'too_long', { max_length: mostRoles });
  const issues = roles.flatMap((role, i): FieldIssue[] =>
    role.length >= 1 && role.length <= 100 ? [] : [{ path: [...path, i], message: 'A role has 1 to 100 characters.', type: 'value_error' }],
  );
  const [first, ...others] = issues;
  if (first) throw new Invalid([first, ...others]);
}

/** Characters of JSON. */
const mostJson = 65_536;

/** @throws Invalid naming an object of more than 64 KB of JSON */
function requireSmall(path: readonly string[], value: object | null | undefined): void {
  if (!value || JSON.stringify(value).length <= mostJson) return;
  throw Invalid.field(path, `This should have at most ${mostJson} characters as JSON`, 'value_error');
}

/**
 * Merges a patch into the caller's own preferences (JSON Merge Patch, RFC 7396).
 * @throws Unauthenticated
 * @throws Invalid where the result would be larger than 64 KB
 */
export async function updateMyPreferences(ctx: Context, patch: JsonObject, selection: Selection): Promise<RowOf<User>> {
  const actor = actorOf(ctx);
  return change(ctx, async ({ tx, record }) => {
    const before = await lockUser(tx, actor.id);
    requireVersion(ctx, 'user', before.version);
    const preferences = mergePatch(before.preferences, patch);
    requireSmall(['preferences'], preferences);
    const after = await writeUser(tx, before.key, [sql`preferences = ${JSON.stringify(preferences)}::jsonb`], selection);
    await record({ action: 'user.update_preferences', resource: userResource(after), before, after });
    return after;
  });
}
