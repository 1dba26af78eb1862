import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildASTSchema,
  GraphQLEnumType,
  type GraphQLFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  type GraphQLType,
  GraphQLUnionType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedDirective,
  isUnionType,
  parse,
  Source,
} from 'graphql';

/**
 * The schema as REST speaks it: each enum value under its documented spelling (`starter` for `STARTER`) and the directives of the
 * REST documents known. Resolvers, defaults and internal enum values stay. Make it once, after shield's middleware.
 * @param folder that holds `directives.graphql`
 */
export function dialectOf(schema: GraphQLSchema, folder: string): GraphQLSchema {
  const file = join(folder, 'directives.graphql');
  const added = buildASTSchema(parse(new Source(readFileSync(file, 'utf8'), file)));
  const config = schema.toConfig();
  const inDialect = respelling();
  return new GraphQLSchema({
    ...config,
    query: config.query && inDialect(config.query),
    mutation: config.mutation && inDialect(config.mutation),
    subscription: config.subscription && inDialect(config.subscription),
    types: config.types.filter((type) => !isIntrospectionType(type)).map(inDialect),
    directives: [...config.directives, ...added.getDirectives().filter((directive) => !isSpecifiedDirective(directive))],
  });
}

/** Makes each type anew, once: one that refers to an enum must refer to the respelled one. mapSchema would do so several times over. */
function respelling(): InDialect {
  const known = new Map<GraphQLNamedType, GraphQLNamedType>();

  function inDialect(type: GraphQLType): GraphQLType {
    if (isListType(type)) return new GraphQLList(inDialect(type.ofType));
    // What it wraps can't be null in the dialect either.
    if (isNonNullType(type)) return new GraphQLNonNull(same(type.ofType));
    const made = known.get(type) ?? respelled(type, same);
    known.set(type, made);
    return made;
  }

  // A type becomes one of its own kind.
  const same = <T extends GraphQLType>(type: T): T => inDialect(type) as T;
  return same;
}

type InDialect = <T extends GraphQLType>(type: T) => T;

function respelled(type: GraphQLNamedType, inDialect: InDialect): GraphQLNamedType {
  if (isEnumType(type)) {
    const config = type.toConfig();
    return new GraphQLEnumType({
      ...config,
      values: mapped(
        config.values,
        (value) => value,
        (name) => name.toLowerCase(),
      ),
    });
  }
  if (isObjectType(type)) {
    const config = type.toConfig();
    const fields = () => fieldsIn(config.fields, inDialect);
    return new GraphQLObjectType({ ...config, interfaces: () => config.interfaces.map(inDialect), fields });
  }
  if (isInterfaceType(type)) {
    const config = type.toConfig();
    const fields = () => fieldsIn(config.fields, inDialect);
    return new GraphQLInterfaceType({ ...config, interfaces: () => config.interfaces.map(inDialect), fields });
  }
  if (isUnionType(type)) {
    const config = type.toConfig();
    return new GraphQLUnionType({ ...config, types: () => config.types.map(inDialect) });
  }
  if (isInputObjectType(type)) {
    const config = type.toConfig();
    const fields = () => mapped(config.fields, (field) => ({ ...field, type: inDialect(field.type) }));
    return new GraphQLInputObjectType({ ...config, fields });
  }
  return type;
}

type Fields = GraphQLFieldConfigMap<unknown, unknown>;

function fieldsIn(fields: Fields, inDialect: InDialect): Fields {
  return mapped(fields, (field) => ({
    ...field,
    type: inDialect(field.type),
    args: mapped(field.args ?? {}, (argument) => ({ ...argument, type: inDialect(argument.type) })),
  }));
}

function mapped<T, U>(members: Readonly<Record<string, T>>, change: (member: T) => U, rename = (name: string) => name): Record<string, U> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [rename(name), change(member)]));
}
