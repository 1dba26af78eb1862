import type { Kysely } from 'kysely';
import { generate, PostgresDialect } from 'kysely-codegen';
import type { DB } from '../../db/types.generated.js';

/**
 * TypeScript types of a live, migrated database. Partitions are left out: their names depend on the day.
 * @param schema whose tables they are
 */
export function databaseTypes(db: Kysely<DB>, schema = 'public'): Promise<string> {
  return generate({
    db,
    dialect: new PostgresDialect({ partitions: false }),
    defaultSchemas: [schema],
    includePattern: `${schema}.*`,
    outFile: null,
    print: false,
    // As db/pool.ts parses them.
    typeMapping: { timestamptz: 'string', int8: 'string', xid8: 'string', inet: 'string' },
  });
}
