import { type GraphQLInputType, getNamedType, isEnumType, isInputObjectType, isLeafType, isListType, isNonNullType } from 'graphql';

/** Where an argument has a text: `filter`, `search`; a list is entered at its first member. */
export type Place = readonly (string | number)[];

/** An input object may hold others of its own type. */
const deepest = 5;

/** All places of an argument that take a text of any kind, ids and times among them. */
export function placesIn(type: GraphQLInputType, depth = 0): Place[] {
  if (isNonNullType(type)) return placesIn(type.ofType, depth);
  if (isListType(type)) return placesIn(type.ofType, depth).map((place) => [0, ...place]);
  if (isInputObjectType(type)) {
    if (depth === deepest) return [];
    return Object.values(type.getFields()).flatMap((field) => placesIn(field.type, depth + 1).map((place) => [field.name, ...place]));
  }
  return isLeafType(type) && !isEnumType(type) && !['Int', 'Float', 'Boolean'].includes(type.name) ? [[]] : [];
}

let count = 0;

/**
 * What an argument takes, and no more than it requires, but for a text at one place of it.
 * @param ids of a user and of an org
 */
export function valueWith(type: GraphQLInputType, place: Place | undefined, text: string, ids: readonly string[]): unknown {
  if (isNonNullType(type)) return valueWith(type.ofType, place, text, ids);
  if (place?.length === 0) return text;
  if (isListType(type)) return place ? [valueWith(type.ofType, place.slice(1), text, ids)] : [];
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || field.name === place?.[0]);
    return Object.fromEntries(
      needed.map((field) => [field.name, valueWith(field.type, field.name === place?.[0] ? place.slice(1) : undefined, text, ids)]),
    );
  }
  if (isEnumType(type)) return type.getValues()[0]?.name;
  const { name } = getNamedType(type);
  count += 1;
  if (name === 'Int' || name === 'Float') return 1;
  if (name === 'Boolean') return true;
  if (name === 'UUID' || name === 'ID') return ids[count % 2];
  if (name.startsWith('DateTime')) return '2026-01-01T00:00:00Z';
  if (name.startsWith('JSON')) return {};
  return name === 'EmailAddress' ? `plain${count}@test.example` : `plain-${count}`;
}
