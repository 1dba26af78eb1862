/**
 * Writes every generated file, or with `--check` says which are stale and exits 1. The database types come from a
 * database that is made for it, migrated and thrown away.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { configMarkdown } from '../../config/documentation.js';
import { migrate } from '../../db/migrator.js';
import { openDatabase } from '../../db/pool.js';
import { dialectOf } from '../../rest/dialect.js';
import { operationsFolder } from '../../rest/folder.js';
import { generateOpenApi } from '../../rest/generate.js';
import { buildUnguardedSchema } from '../../schema/schema.js';
import { makeTenantSchema } from '../../tenancy/tenantSchema.js';
import { withTemporaryPostgres } from '../temporaryPostgres.js';
import { databaseTypes } from './databaseTypes.js';
import { operationTypes } from './operationTypes.js';
import { restTypes } from './restTypes.js';

/** Any name: the types do not show it. */
const tenant = 't_generate';

async function generatedFiles(): Promise<Record<string, string>> {
  const unsorted = buildUnguardedSchema();
  const schema = lexicographicSortSchema(unsorted);
  // As a gateway serves them: enum values in their own order, which is the documented one.
  const openApi = await Promise.all(
    Object.entries(generateOpenApi(unsorted)).map(async ([name, document]) => ({
      [`schema/openapi/${name}.json`]: `${JSON.stringify(document, null, 2)}\n`,
      [`test/support/${name}Paths.generated.ts`]: await restTypes(document),
    })),
  );
  const types = await withTemporaryPostgres(async (url) => {
    const database = openDatabase({ url, poolSize: 2, acquireTimeout: 5_000, statementTimeout: 0, applicationName: 'tenantry generate' });
    try {
      await migrate(database.db);
      await makeTenantSchema(database.db, tenant);
      return {
        'src/db/types.generated.ts': await databaseTypes(database.db),
        'src/tenancy/types.generated.ts': await databaseTypes(database.db, tenant),
      };
    } finally {
      await database.close();
    }
  });
  return {
    'README.md': withConfiguration(readFileSync('README.md', 'utf8')),
    'schema/schema.graphql': `${printSchema(schema)}\n`,
    ...types,
    ...Object.assign({}, ...openApi),
    ...(await operationTypes(schema, dialectOf(schema, operationsFolder()))),
  };
}

/** The README with its table of configuration as it is. */
function withConfiguration(readme: string): string {
  return readme.replace(
    /(<!-- configuration:[^>]*-->\n)[\s\S]*?(<!-- \/configuration -->)/,
    (_all, begin, end) => begin + configMarkdown() + end,
  );
}

const files = Object.entries(await generatedFiles());
const stale = files.filter(([name, content]) => !existsSync(name) || readFileSync(name, 'utf8') !== content);

if (process.argv.includes('--check')) {
  for (const [name] of stale) process.stderr.write(`${name} is stale: run "npm run generate".\n`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [name, content] of stale) {
    mkdirSync(dirname(name), { recursive: true });
    writeFileSync(name, content);
    process.stdout.write(`${name}\n`);
  }
}
