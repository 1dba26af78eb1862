import {
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
  isEnumType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isScalarType,
} from 'graphql';
import type { Bounds } from './annotations.js';

/** What a value that comes in may be: from a variable's type and its bounds. */
export type InputShape =
  | { readonly kind: 'scalar'; readonly type: GraphQLScalarType; readonly nullable: boolean; readonly bounds: Bounds }
  | { readonly kind: 'enum'; readonly type: GraphQLEnumType; readonly nullable: boolean }
  | { readonly kind: 'list'; readonly of: InputShape; readonly nullable: boolean }
  | { readonly kind: 'object'; readonly type: GraphQLInputObjectType; readonly nullable: boolean };

/** @param bounds hold for the value, or for each item of a list; an input object has no bounds of its own */
export function inputShapeOf(type: GraphQLInputType, bounds: Bounds = {}, nullable = true): InputShape {
  if (isNonNullType(type)) return inputShapeOf(type.ofType, bounds, false);
  if (isListType(type)) return { kind: 'list', of: inputShapeOf(type.ofType, bounds), nullable };
  if (isScalarType(type)) return { kind: 'scalar', type, nullable, bounds };
  if (isEnumType(type)) return { kind: 'enum', type, nullable };
  return { kind: 'object', type, nullable };
}

/** One member of an input object. */
export interface InputMember {
  readonly name: string;
  readonly shape: InputShape;
  readonly required: boolean;
  readonly description?: string;
}

/** Made on demand, because input objects may contain themselves. */
export function membersOf(type: GraphQLInputObjectType): InputMember[] {
  return Object.values(type.getFields()).map((field) => ({
    name: field.name,
    shape: inputShapeOf(field.type),
    required: isRequiredInputField(field),
    description: field.description ?? undefined,
  }));
}
