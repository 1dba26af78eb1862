import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { AuthProvider } from './authProvider.js';
import { deliverDue } from './deliverDue.js';
import { sealToken } from './sealedToken.js';
import type { Webhook } from './webhook.js';

/**
 * A provider outside of this program, told over a signed webhook. `tell` writes to an outbox; a worker delivers, each event at least once
 * and those of one user in order, for as long as it takes.
 */
export function webhookProvider(webhook: Webhook): AuthProvider {
  return {
    async tell(tx, userKey, event) {
      const id = uuidv7();
      const { expiresAt = null, token } = 'token' in event ? event : {};
      const sealed = token === undefined ? null : sealToken(token, id, webhook.secrets[0]);
      // The row is locked before the new row takes its number: numbers of one user are given in the order of the commits.
      await sql`/* tell auth provider */ with u as materialized (select id, public_id, email from users where id = ${userKey} for no key update)
        insert into auth_provider_deliveries (public_id, user_id, event, data, sealed_token, expires_at)
        select ${id}, u.id, ${event.type}, jsonb_build_object('userId', u.public_id, 'email', u.email), ${sealed}::bytea, ${expiresAt}::timestamptz
        from u`.execute(tx);
    },
    deliver: (ctx) => deliverDue(ctx, webhook),
  };
}
