import { sql } from 'kysely';
import type { DutyContext } from '../worker/duty.js';

/** A token that can't be used any more is thrown away undelivered, and holds up no later event. */
export async function expireTokens({ db }: Pick<DutyContext, 'db'>): Promise<void> {
  await sql`/* auth provider tokens expire */ update auth_provider_deliveries set state = 'expired', settled_at = now(), sealed_token = null
    where state in ('waiting', 'failing') and expires_at <= now()`.execute(db);
}
