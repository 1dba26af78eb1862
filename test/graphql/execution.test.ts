import { describe, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLSchema, parse } from 'graphql';
import { compiled, interpreted } from '../../src/graphql/execution.js';

/** A schema whose one field answers with the arguments that it was given. */
function echoing(): GraphQLSchema {
  const schema = buildSchema(`
    enum Direction { ASC DESC }
    input Order { field: String!, direction: Direction! = ASC }
    input Patch { version: Int!, name: String, tags: [String!], order: Order }
    type Query { echo(patch: Patch, orders: [Order!], first: Int = 10, order: Order, on: Boolean): String }
  `);
  const echo = schema.getQueryType()?.getFields().echo;
  if (echo) echo.resolve = (_parent, args) => JSON.stringify(args);
  return schema;
}

const cases: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ['an absent variable in an object', 'query ($n: String) { echo(patch: { version: 1, name: $n }) }', {}],
  ['a null in an object', 'query ($n: String) { echo(patch: { version: 1, name: $n }) }', { n: null }],
  ['a default of a non-null variable', 'query ($v: Int! = 3) { echo(patch: { version: $v }) }', {}],
  ['a default of an input field', 'query ($f: String!) { echo(order: { field: $f }) }', { f: 'x' }],
  ['a default of an input field in a variable', 'query ($o: Order) { echo(order: $o) }', { o: { field: 'x' } }],
  ['a default that an absent variable leaves', 'query ($d: Direction! = DESC) { echo(order: { field: "x", direction: $d }) }', {}],
  ['a variable in a list', 'query ($f: String!) { echo(orders: [{ field: $f }, { field: "b", direction: DESC }]) }', { f: 'a' }],
  ['one value where a list may be', 'query ($t: [String!]) { echo(patch: { version: 1, tags: $t }) }', { t: 'a' }],
  ['an absent argument with a default', 'query ($n: Int) { echo(first: $n) }', {}],
  ['a literal without variables', '{ echo(patch: { version: 2, order: { field: "x" } }) }', {}],
  ['a literal in a fragment', 'query ($n: String) { ...F } fragment F on Query { echo(patch: { version: 1, name: $n }) }', {}],
  ['a variable that a directive reads', 'query ($on: Boolean! = true) { echo(on: $on) @include(if: $on) }', {}],
  ['a field that is left out', 'query ($on: Boolean! = true) { echo @include(if: $on) }', { on: false }],
  ['a variable of another type', 'query ($n: Int) { echo(first: $n) }', { n: 'x' }],
  ['a variable that is missing', 'query ($v: Int!) { echo(patch: { version: $v }) }', {}],
  ['a null where there may be none', 'query ($v: Int = 1) { echo(patch: { version: $v }) }', { v: null }],
];

describe('a compiled operation', () => {
  it.each(cases)('answers as graphql-js does: %s', async (_what, source, variables) => {
    const schema = echoing();
    const document = parse(source);
    const expected = await interpreted(schema, document)(undefined, variables);
    const actual = await compiled(schema, document)(undefined, variables);
    expect(JSON.parse(JSON.stringify(sorted(actual)))).toEqual(JSON.parse(JSON.stringify(sorted(expected))));
  });
});

/** The order of arguments in an object is of no interest. */
function sorted({ data, errors }: { data?: unknown; errors?: readonly { message: string }[] }) {
  const text = typeof data === 'object' && data !== null && 'echo' in data && typeof data.echo === 'string' ? data.echo : undefined;
  return { data: text ? JSON.parse(text) : data, errors: errors?.map(({ message }) => message) };
}
