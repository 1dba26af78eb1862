import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { extendSchema, type GraphQLSchema, parse, Source } from 'graphql';

/**
 * The schema as REST speaks it: each enum value under its documented spelling (`starter` for `STARTER`) and the directives of the
 * REST documents known. Resolvers and internal enum values stay. Make it once, after shield's middleware.
 * @param folder that holds `directives.graphql`
 */
export function dialectOf(schema: GraphQLSchema, folder: string): GraphQLSchema {
  const file = join(folder, 'directives.graphql');
  const spelled = mapSchema(schema, { [MapperKind.ENUM_VALUE]: (config, _type, _schema, name) => [name.toLowerCase(), config] });
  return extendSchema(spelled, parse(new Source(readFileSync(file, 'utf8'), file)));
}
