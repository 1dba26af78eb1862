import type { InputShape } from '../../src/rest/inputShape.js';
import type { CompiledOperation } from '../../src/rest/operation.js';
import { isRecord } from '../../src/rest/record.js';
import type { Call } from '../contract/client.js';

/** The variables that a REST call says: what is in a path or a query string as what it means, each enum value by its name. */
export function variablesOf({ parameters, rest }: CompiledOperation, { params = {}, query = '', body }: Call): Record<string, unknown> {
  const sent = {
    path: params,
    query: queryOf(query),
    body: isRecord(body) ? body : {},
  };
  const variables: Record<string, unknown> = {};
  for (const { name, place, shape } of parameters) {
    const value = sent[place][name];
    if (value === undefined || (value === null && rest.nulls === 'ABSENT')) continue;
    variables[name] = meant(shape, value, place === 'body');
  }
  return variables;
}

function queryOf(query: NonNullable<Call['query']>): Record<string, unknown> {
  if (typeof query !== 'string') return query;
  const search = new URLSearchParams(query);
  return Object.fromEntries([...new Set(search.keys())].map((name) => [name, search.getAll(name)]));
}

function meant(shape: InputShape, value: unknown, isJson: boolean): unknown {
  if (value === null) return null;
  if (shape.kind === 'list') return (Array.isArray(value) ? value : [value]).map((item) => meant(shape.of, item, isJson));
  const one = !isJson && Array.isArray(value) ? value.at(-1) : value;
  // What is no value in REST's spelling is none in GraphQL's, though it may read like one.
  if (shape.kind === 'enum') return shape.type.getValues().some((known) => known.name === one) ? String(one).toUpperCase() : 'NONE_OF_THEM';
  if (shape.kind !== 'scalar' || isJson || typeof one !== 'string') return one;
  if (shape.type.name === 'Int' || shape.type.name === 'Float') return Number(one);
  return shape.type.name === 'Boolean' ? one === 'true' : one;
}
