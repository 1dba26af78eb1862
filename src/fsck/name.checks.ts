import { type RawBuilder, sql } from 'kysely';
import type { Check } from './check.js';

/** A column whose values tell objects apart for people, and so must not look alike. */
interface Naming {
  readonly table: string;
  readonly column: string;
  /** Within what the names are told apart; the whole table where it is left out. */
  readonly within?: string;
  readonly where?: RawBuilder<boolean>;
}

const namings: readonly Naming[] = [
  { table: 'orgs', column: 'slug' },
  { table: 'partners', column: 'slug' },
  { table: 'workspaces', column: 'slug', within: 'org_id', where: sql`archived_at is null` },
  { table: 'users', column: 'email', where: sql`deleted_at is null` },
  { table: 'users', column: 'username', where: sql`deleted_at is null` },
  { table: 'groups', column: 'name', where: sql`status = 'active'` },
  { table: 'shards', column: 'name', where: sql`archived_at is null` },
  { table: 'audit_views', column: 'name', within: 'owner_id' },
];

/** Names that are one to a reader; see the database's `name_key`. */
function uniqueWhenFolded({ table, column, within, where = sql`true` }: Naming): Check {
  return {
    name: `No two ${table} have the same ${column}, folded`,
    async find({ db }) {
      const scope = within ? sql.ref(within) : sql`null::int`;
      const { rows } = await sql<{ ids: string[] }>`/* fsck */ select array_agg(public_id::text order by id) as ids from ${sql.table(table)}
        where ${where} group by ${scope}, name_key(${sql.ref(column)}) having count(*) > 1 order by min(id)`.execute(db);
      return rows.map(({ ids }) => `These ${table} have one ${column}: ${ids.join(', ')}.`);
    },
  };
}

export const nameChecks: readonly Check[] = namings.map(uniqueWhenFolded);
