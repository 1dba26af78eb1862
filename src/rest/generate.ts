import type { GraphQLSchema } from 'graphql';
import { compileOperations } from './compile.js';
import { dialectOf } from './dialect.js';
import { operationsFolder } from './folder.js';
import type { JsonSchema } from './jsonSchema.js';
import { openApiOf } from './openApi.js';
import type { Surface } from './surface.js';
import { surfaces } from './surfaces/index.js';

/**
 * The OpenAPI document of every surface, by the surface's name.
 * @throws DocumentError where a REST document does not fit the schema
 */
export function generateOpenApi(schema: GraphQLSchema, folder = operationsFolder()): Record<Surface['name'], JsonSchema> {
  const dialect = dialectOf(schema, folder);
  const documents = surfaces.map((surface) => [surface.name, openApiOf(surface, compileOperations(dialect, folder, surface))]);
  // fromEntries forgets the keys; they are the names of all surfaces.
  return Object.fromEntries(documents) as Record<Surface['name'], JsonSchema>;
}
