import { sql } from 'kysely';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import type { Context } from '../context.js';
import { assignments } from '../db/columns.js';
import { given, requireBetween } from '../input.js';
import type { Settings, UpdateSettingsInput } from './settings.types.js';

const columns = sql`default_account_type as "defaultAccountType", impersonation_enabled as "impersonationEnabled",
  impersonation_ttl_seconds as "impersonationTtlSeconds", max_orgs_per_shard as "maxOrgsPerShard",
  permission_enforcement as "permissionEnforcement", version, updated_at as "updatedAt"`;

async function select(db: Context['db'] | Tx, lock = sql``): Promise<Settings> {
  const { rows } = await sql<Settings>`/* settings */ select ${columns} from settings ${lock}`.execute(db);
  const [settings] = rows;
  if (!settings) throw new Error('The settings are gone.');
  return settings;
}

/** The settings as they stand now. */
export function findSettings(ctx: Context): Promise<Settings> {
  return select(ctx.db);
}

/**
 * Changes the named settings, for every gateway from its next request on.
 * @throws Conflict where a base version is given and the settings are at another
 * @throws Invalid
 */
export async function updateSettings(ctx: Context, input: UpdateSettingsInput): Promise<Settings> {
  const { baseVersion, ...fields } = input;
  requireBetween('impersonationTtlSeconds', fields.impersonationTtlSeconds, 60, 86_400);
  requireBetween('maxOrgsPerShard', fields.maxOrgsPerShard, 1);
  const names = [
    'defaultAccountType',
    'impersonationEnabled',
    'impersonationTtlSeconds',
    'maxOrgsPerShard',
    'permissionEnforcement',
  ] as const;
  const changes = given(['input'], fields, names);
  return change(ctx, async ({ tx, record }) => {
    const before = await select(tx, sql`for update`);
    requireVersion(ctx, 'settings', before.version, baseVersion);
    const sets = [...assignments(changes), sql`version = version + 1`, sql`updated_at = now()`];
    const { rows } = await sql<Settings>`update settings set ${sql.join(sets)} returning ${columns}`.execute(tx);
    const [after] = rows;
    if (!after) throw new Error('The settings are gone.');
    await record({
      action: 'settings.update',
      resource: { type: 'settings', id: 'settings', displayId: 'Settings' },
      before: { ...before },
      after: { ...after },
    });
    return after;
  });
}
