import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { requireKnownPermissions } from '../access/knownPermissions.js';
import { apiKeyPrefix, hashOf, newSecret } from '../access/secrets.js';
import { change } from '../audit/change.js';
import { actorOf, type Context } from '../context.js';
import { requireFuture } from '../db/clock.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import type { RowOf, Shape } from '../db/shape.js';
import { Forbidden, NotFound } from '../errors.js';
import type { ConnectionSelection } from '../graphql/selection.js';
import { checkTexts } from '../input.js';
import type { ApiKey, CreateApiKeyInput } from './apiKeys.types.js';

const apiKeyShape: Shape = {
  key: sql`k.id`,
  columns: {
    id: sql`k.public_id`,
    name: sql`k.name`,
    prefix: sql`k.prefix`,
    permissions: sql`k.permissions`,
    createdAt: sql`k.created_at`,
    expiresAt: sql`k.expires_at`,
    revokedAt: sql`k.revoked_at`,
  },
};

const newestFirst: ListOrder = { name: 'created_at_desc', expression: sql`k.created_at`, type: 'timestamptz', direction: 'desc' };

/** The caller's own keys, the newest first, revoked ones with them. @throws Invalid */
export function listApiKeys(ctx: Context, page: PageArgs, selection: ConnectionSelection): Promise<Page<RowOf<ApiKey>>> {
  const where = [sql`k.user_id = ${actorOf(ctx).key}`];
  const list = { name: 'api keys', shape: apiKeyShape, from: sql`api_keys k`, id: sql<string>`k.public_id`, where, order: newestFirst };
  return readPage(ctx.db, list, page, selection);
}

/**
 * Makes a key of the caller's. Its secret is in the answer and nowhere else.
 * @throws Invalid
 * @throws Forbidden listing the permissions that the caller does not hold; no enforcement mode switches this off
 */
export async function createApiKey(ctx: Context, input: CreateApiKeyInput): Promise<{ apiKey: ApiKey; secret: string }> {
  const actor = actorOf(ctx);
  checkTexts(['input'], input, { name: { min: 1, max: 200 } });
  requireKnownPermissions(['input', 'permissions'], input.permissions);
  await requireFuture(ctx.db, ['input', 'expiresAt'], input.expiresAt);
  const permissions = [...new Set(input.permissions)].sort();
  const missing = permissions.filter((key) => !actor.permissions.has(key));
  const [first] = missing;
  if (first) throw new Forbidden(first, { missing, message: 'A key may use no permission that its owner does not hold.' });

  const secret = newSecret(apiKeyPrefix);
  const apiKey = await change(
    ctx,
    async ({ tx, record }) => {
      const row = await tx
        .insertInto('api_keys')
        .values({
          public_id: uuidv7(),
          user_id: actor.key,
          name: input.name,
          prefix: secret.slice(0, apiKeyPrefix.length + 6),
          key_hash: hashOf(secret),
          permissions,
          expires_at: input.expiresAt ?? null,
        })
        .returning(['public_id as id', 'name', 'prefix', 'permissions'])
        .returning(['created_at as createdAt', 'expires_at as expiresAt', 'revoked_at as revokedAt'])
        .executeTakeFirstOrThrow();
      await record({ action: 'api_key.create', resource: { type: 'api_key', id: row.id, displayId: row.name }, after: row });
      return row;
    },
    { showsSecret: true },
  );
  return { apiKey, secret };
}

/**
 * Revokes a key of the caller's, from the next request on. Revoking it again changes nothing.
 * @throws NotFound also where the key is another user's
 */
export async function revokeApiKey(ctx: Context, id: string): Promise<{ apiKeyId: string; revokedAt: string }> {
  const actor = actorOf(ctx);
  return change(ctx, async ({ tx, record }) => {
    const before = await tx
      .selectFrom('api_keys')
      .select(['id', 'name', 'prefix', 'permissions', 'expires_at as expiresAt', 'revoked_at as revokedAt'])
      .where('public_id', '=', id)
      .where('user_id', '=', actor.key)
      .forUpdate()
      .executeTakeFirst();
    if (!before) throw new NotFound('api_key', id);
    const { revokedAt } = await tx
      .updateTable('api_keys')
      .set({ revoked_at: sql`coalesce(revoked_at, now())` })
      .where('id', '=', before.id)
      .returning(sql<string>`revoked_at`.as('revokedAt'))
      .executeTakeFirstOrThrow();
    await record({
      action: 'api_key.revoke',
      resource: { type: 'api_key', id, displayId: before.name },
      before,
      after: { ...before, revokedAt },
    });
    return { apiKeyId: id, revokedAt };
  });
}
