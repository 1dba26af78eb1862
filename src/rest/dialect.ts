import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { extendSchema, type GraphQLSchema, isInputObjectType, isObjectType, parse, Source } from 'graphql';

/**
 * The schema as REST speaks it: each enum value under its documented spelling (`starter` for `STARTER`) and the directives of the
 * REST documents known. Resolvers and internal enum values stay. Make it once, after shield's middleware.
 * @param folder that holds `directives.graphql`
 */
export function dialectOf(schema: GraphQLSchema, folder: string): GraphQLSchema {
  const file = join(folder, 'directives.graphql');
  const spelled = mapSchema(schema, { [MapperKind.ENUM_VALUE]: (config, _type, _schema, name) => [name.toLowerCase(), config] });
  keepDefaults(schema, spelled);
  return extendSchema(spelled, parse(new Source(readFileSync(file, 'utf8'), file)));
}

/** Defaults are internal values, which stay; mapSchema reads them anew, by the spellings that are gone. */
function keepDefaults(from: GraphQLSchema, to: GraphQLSchema): void {
  for (const [name, type] of Object.entries(from.getTypeMap())) {
    const mapped = to.getType(name);
    if (isInputObjectType(type) && isInputObjectType(mapped))
      copyDefaults(Object.values(type.getFields()), Object.values(mapped.getFields()));
    if (!isObjectType(type) || !isObjectType(mapped)) continue;
    for (const field of Object.values(type.getFields())) copyDefaults(field.args, mapped.getFields()[field.name]?.args ?? []);
  }
}

interface Defaulted {
  readonly name: string;
  defaultValue?: unknown;
}

function copyDefaults(from: readonly Defaulted[], to: readonly Defaulted[]): void {
  for (const input of to) input.defaultValue = from.find(({ name }) => name === input.name)?.defaultValue;
}
