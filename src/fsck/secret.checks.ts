import { sql } from 'kysely';
import { apiKeyPrefix, impersonationPrefix, refreshTokenPrefix } from '../access/secrets.js';
import { inTenant } from '../tenancy/tenant.js';
import type { Check, Checked } from './check.js';
import { eachOrg } from './eachOrg.js';

const prefixes = [apiKeyPrefix, refreshTokenPrefix, impersonationPrefix, 'tev_', 'tpr_'].join('|');

/** What secrets look like: opaque tokens, access tokens, hashes of passwords, addresses with a password, keys of webhooks. POSIX. */
const secretPattern = [
  `\\m(${prefixes})[A-Za-z0-9_-]{43}`,
  '\\meyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}',
  '\\$argon2id\\$',
  'postgres(ql)?://[^\\s:@/"]*:[^\\s@/"]+@',
  '\\mwhsec_[A-Za-z0-9+/=]{20,}',
].join('|');

/** The same for a text outside of the database: PostgreSQL's sign for the beginning of a word is not JavaScript's, and the rest reads alike. */
export const secretInText = new RegExp(secretPattern.replaceAll('\\m', '(?<!\\w)'));

/** Where what callers did, or what was told of it, is kept. */
interface Place {
  readonly table: string;
  /** Names the row to an operator. */
  readonly key: string;
  readonly columns: readonly string[];
}

const places: readonly Place[] = [
  {
    table: 'platform_audit_log',
    key: 'id',
    columns: ['action', 'resource_id', 'resource_display_id', 'actor_id', 'actor_display_name', 'org_name', 'permission'],
  },
  { table: 'audit_snapshots', key: 'entry_id', columns: ['before', 'after'] },
  { table: 'audit_outbox', key: 'entry_id', columns: ['before', 'after'] },
  { table: 'audit_repeats', key: "encode(key, 'hex')", columns: ['entry'] },
  { table: 'idempotency_keys', key: 'caller', columns: ['outcome'] },
  { table: 'jobs', key: 'public_id', columns: ['payload', 'current_message', 'statistics', 'errors'] },
  { table: 'job_events', key: "job_id || '/' || number", columns: ['current_message', 'statistics', 'errors'] },
  { table: 'auth_provider_deliveries', key: 'public_id', columns: ['data', 'last_error'] },
];

const tenantTrail: Place = { table: 'audit_log', key: 'entry_id', columns: ['before', 'after'] };

function rowsWithSecrets({ table, key, columns }: Place) {
  const texts = sql.join(columns.map((column) => sql`${sql.ref(column)}::text`));
  return sql<{ key: string }>`/* fsck */ select (${sql.raw(key)})::text as key from ${sql.table(table)}
    where concat_ws(' ', ${texts}) ~ ${secretPattern} order by 1`;
}

function findings(table: string, rows: readonly { key: string }[]): string[] {
  return rows.map(({ key }) => `${table} has what looks like a secret, at ${key}.`);
}

function noSecretIn(place: Place): Check {
  return {
    name: `No secret stands in ${place.table}`,
    async find({ db }) {
      const { rows } = await rowsWithSecrets(place).execute(db);
      return findings(place.table, rows);
    },
  };
}

const noSecretInTenants: Check = {
  name: 'No secret stands in the trail of an org',
  find: (checked: Checked) =>
    eachOrg(checked, async ({ key, slug }) => {
      const { rows } = await inTenant(checked, key, (tx) => rowsWithSecrets(tenantTrail).execute(tx));
      return findings(`audit_log of ${slug}`, rows);
    }),
};

export const secretChecks: readonly Check[] = [...places.map(noSecretIn), noSecretInTenants];
