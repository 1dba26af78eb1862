import {
  type DirectiveNode,
  type GraphQLSchema,
  getDirectiveValues,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';

/** What `@rest` says of an operation; see `schema/operations/directives.graphql`. */
export interface RestAnnotation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly result?: string;
  readonly status: number;
  readonly permission?: string;
  readonly decidedByRule: boolean;
  readonly orgAccess: boolean;
  readonly tag: string;
  readonly nulls: 'KEEP' | 'ABSENT';
  readonly errors: readonly number[];
  readonly notFound?: string;
  readonly stream?: readonly string[];
}

/** Bounds of a variable's value. Lengths are in characters; all are inclusive. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** @returns undefined where the operation carries no `@rest` */
export function restOf(schema: GraphQLSchema, operation: OperationDefinitionNode): RestAnnotation | undefined {
  // The directive's definition gives exactly this shape, and the document was validated against it.
  return valuesOf(schema, 'rest', operation) as RestAnnotation | undefined;
}

/** What `@range`, `@length` and `@pattern` say of a variable. */
export function boundsOf(schema: GraphQLSchema, variable: VariableDefinitionNode): Bounds {
  // As above: validated against the directives' definitions.
  const range = valuesOf(schema, 'range', variable) as { min?: number; max?: number } | undefined;
  const length = valuesOf(schema, 'length', variable) as { min?: number; max?: number } | undefined;
  const pattern = valuesOf(schema, 'pattern', variable) as { regex: string } | undefined;
  const bounds: Bounds = { min: range?.min, max: range?.max, minLength: length?.min, maxLength: length?.max, pattern: pattern?.regex };
  return Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined));
}

function valuesOf(schema: GraphQLSchema, name: string, node: { readonly directives?: readonly DirectiveNode[] }) {
  const directive = schema.getDirective(name);
  return directive ? getDirectiveValues(directive, node) : undefined;
}
