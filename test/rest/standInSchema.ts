import { readFileSync } from 'node:fs';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { buildSchema, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { DateTime, EmailAddress, JSONObject, UUID } from '../../src/graphql/scalars.js';

export type Resolvers = Readonly<Record<string, GraphQLFieldResolver<unknown, unknown>>>;

const scalars = new Map([DateTime, EmailAddress, JSONObject, UUID].map((scalar) => [scalar.name, scalar]));

/**
 * A schema with the product's names and scalars whose root fields a test answers itself: what the interpreter makes of a document
 * is seen without a database.
 */
export function standInSchema(resolvers: Resolvers = {}): GraphQLSchema {
  const schema = buildSchema(readFileSync(new URL('standIn.graphql', import.meta.url), 'utf8'));
  return mapSchema(schema, {
    [MapperKind.SCALAR_TYPE]: (type) => scalars.get(type.name) ?? type,
    [MapperKind.ROOT_FIELD]: (config, name) => ({ ...config, resolve: resolvers[name] }),
  });
}
