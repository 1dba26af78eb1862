import type { GraphQLEnumType, GraphQLInputObjectType, GraphQLScalarType } from 'graphql';
import type { Bounds } from './annotations.js';
import { type InputShape, membersOf } from './inputShape.js';
import type { OutputShape } from './outputShape.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Schemas of the scalars; one that is not listed may be any JSON value. Every id that the API shows is a UUID. */
const scalars: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer', format: 'int32' },
  SafeInt: { type: 'integer', format: 'int64' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  String: { type: 'string' },
  ID: { type: 'string', format: 'uuid' },
  UUID: { type: 'string', format: 'uuid' },
  EmailAddress: { type: 'string', format: 'email' },
  CalendarDate: { type: 'string', format: 'date' },
  DateTime: { type: 'string', format: 'date-time' },
  DateOrDateTime: { type: 'string' },
  JSONObject: { type: 'object', additionalProperties: true },
};

/**
 * What the form of a scalar bounds beyond its schema, in a request: a number by its range, a text by its longest canonical spelling. REST
 * takes some more spellings than that, such as a time among blanks.
 */
const inherentBounds: Readonly<Record<string, JsonSchema>> = {
  Int: { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  SafeInt: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  ID: { maxLength: 36 },
  UUID: { maxLength: 36 },
  EmailAddress: { maxLength: 254 },
  CalendarDate: { maxLength: 10 },
  DateTime: { maxLength: 35 },
  DateOrDateTime: { maxLength: 35 },
};

function scalarSchema(type: GraphQLScalarType): JsonSchema {
  return scalars[type.name] ?? {};
}

function enumSchema(type: GraphQLEnumType): JsonSchema {
  return { type: 'string', enum: type.getValues().map(({ name }) => name) };
}

function boundsSchema({ min, max, minLength, maxLength, pattern }: Bounds): JsonSchema {
  const all = { minimum: min, maximum: max, minLength, maxLength, pattern };
  return Object.fromEntries(Object.entries(all).filter(([, bound]) => bound !== undefined));
}

/** Schemas that others refer to by name. */
export class Components {
  readonly #schemas = new Map<string, JsonSchema>();

  /**
   * A reference to the schema of that name, which is made the first time.
   * @throws Error where another schema has the name already
   */
  refer(name: string, make: () => JsonSchema): JsonSchema {
    const reference = { $ref: `#/components/schemas/${name}` };
    const known = this.#schemas.get(name);
    if (known === pending) return reference;
    if (!known) this.#schemas.set(name, pending);
    const schema = make();
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`Two different schemas are called ${name}.`);
    this.#schemas.set(name, schema);
    return reference;
  }

  /** All of them, by name in alphabetical order. */
  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Stands for a schema that is being made, so that one may contain itself. */
const pending: JsonSchema = {};

/** A schema that null fits as well. */
function orNull(schema: JsonSchema): JsonSchema {
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  return '$ref' in schema ? { anyOf: [schema, { type: 'null' }] } : schema;
}

/**
 * OpenAPI schema of what may come in.
 * @param nulls whether null is accepted where the shape is nullable: in a JSON body it is, in a query string there is none
 */
export function inputSchema(shape: InputShape, components: Components, nulls: boolean): JsonSchema {
  const schema = plainInputSchema(shape, components);
  return shape.nullable && nulls ? orNull(schema) : schema;
}

function plainInputSchema(shape: InputShape, components: Components): JsonSchema {
  switch (shape.kind) {
    case 'scalar':
      return { ...scalarSchema(shape.type), ...inherentBounds[shape.type.name], ...boundsSchema(shape.bounds) };
    case 'enum':
      return components.refer(shape.type.name, () => enumSchema(shape.type));
    case 'list':
      return { type: 'array', items: inputSchema(shape.of, components, true) };
    case 'object':
      return components.refer(shape.type.name, () => inputObjectSchema(shape.type, components));
  }
}

function inputObjectSchema(type: GraphQLInputObjectType, components: Components): JsonSchema {
  const members = membersOf(type);
  const properties = members.map(({ name, shape, description }) => [name, described(inputSchema(shape, components, true), description)]);
  return { type: 'object', properties: Object.fromEntries(properties), required: members.filter((m) => m.required).map((m) => m.name) };
}

/** OpenAPI schema of what an operation answers with. */
export function outputSchema(shape: OutputShape, components: Components): JsonSchema {
  const schema = plainOutputSchema(shape, components);
  return shape.nullable ? orNull(schema) : schema;
}

function plainOutputSchema(shape: OutputShape, components: Components): JsonSchema {
  switch (shape.kind) {
    case 'scalar':
      return scalarSchema(shape.type);
    case 'enum':
      return components.refer(shape.type.name, () => enumSchema(shape.type));
    case 'list':
      return { type: 'array', items: outputSchema(shape.of, components) };
    case 'object': {
      const make = (): JsonSchema => ({
        type: 'object',
        properties: Object.fromEntries(
          shape.fields.map((field) => [field.name, described(outputSchema(field.shape, components), field.description)]),
        ),
        required: shape.fields.filter((field) => !field.optional).map((field) => field.name),
      });
      return shape.component ? components.refer(shape.component, make) : make();
    }
  }
}

/** Adds a description where there is one. OpenAPI 3.1 allows it beside `$ref`. */
export function described(schema: JsonSchema, description: string | undefined): JsonSchema {
  return description ? { ...schema, description } : schema;
}

/**
 * The schema that fast-json-stringify compiles. It has no references and no enums: what is written was already checked
 * by GraphQL. `nullable` is its own word for null.
 */
export function serializerSchema(shape: OutputShape): JsonSchema {
  const nullable = shape.nullable ? { nullable: true } : {};
  switch (shape.kind) {
    case 'scalar':
      return { ...withoutFormat(scalarSchema(shape.type)), ...nullable };
    case 'enum':
      return { type: 'string', ...nullable };
    case 'list':
      return { type: 'array', items: serializerSchema(shape.of), ...nullable };
    case 'object':
      return { type: 'object', properties: Object.fromEntries(shape.fields.map((f) => [f.name, serializerSchema(f.shape)])), ...nullable };
  }
}

// With `format: date-time` fast-json-stringify takes a string for a Date and parses it.
function withoutFormat({ format: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
