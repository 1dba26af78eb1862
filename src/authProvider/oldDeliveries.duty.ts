import { sql } from 'kysely';
import type { Duty } from '../worker/duty.js';
import { expireTokens } from './expireTokens.js';

const hour = 3_600_000;
const atOnce = 10_000;

/** Forgets what the auth provider was told more than 30 days ago; and tokens that expired, also where no provider is configured any more. */
export const oldAuthProviderDeliveries: Duty = {
  name: 'old auth provider deliveries',
  every: hour,
  async run(ctx) {
    await expireTokens(ctx);
    const { numAffectedRows } = await sql`/* old auth provider deliveries */ delete from auth_provider_deliveries where id in (
      select id from auth_provider_deliveries where settled_at < now() - interval '30 days' limit ${atOnce} for update skip locked)`.execute(
      ctx.db,
    );
    return numAffectedRows === BigInt(atOnce);
  },
};
