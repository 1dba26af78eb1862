import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compileOperations } from '../../src/rest/compile.js';
import { dialectOf } from '../../src/rest/dialect.js';
import { operationsFolder } from '../../src/rest/folder.js';
import { v1 } from '../../src/rest/surfaces/v1.js';
import { standInSchema } from './standInSchema.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'operations-'));
  cpSync(join(operationsFolder(), 'directives.graphql'), join(folder, 'directives.graphql'));
  mkdirSync(join(folder, 'v1'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function compiled(document: string) {
  writeFileSync(join(folder, 'v1', 'things.graphql'), document);
  return compileOperations(dialectOf(standInSchema(), folder), folder, v1);
}

const me = '@rest(method: GET, path: "/v1/me", result: "me", tag: "Me") { me { id } }';

const faults: readonly (readonly [string, string, string])[] = [
  ['a syntax error', 'query a {', '1:10: Syntax Error: Expected Name, found <EOF>.'],
  ['an unknown field', 'query a @rest(method: GET, path: "/v1/me", tag: "Me") {\n  me { colour }\n}', '2:8: Cannot query field "colour"'],
  [
    'the schema’s own spelling of an enum',
    `query a($s: UserStatus = ACTIVE) ${me.replace('me {', 'users(filter: {status: $s}) {nodes {id}} me {')}`,
    '1:26: Value "ACTIVE"',
  ],
  ['no @rest', 'query a { me { id } }', '1:1: A REST operation needs a name and @rest.'],
  ['a path of another surface', `query a ${me.replace('/v1/me', '/v2/me')}`, '1:1: The path /v2/me does not begin with /v1/.'],
  ['a route that is taken', `query a ${me}\nquery b ${me}`, '2:1: GET /v1/me is the route of a already.'],
  ['a result that is not selected', `query a ${me.replace('result: "me"', 'result: "you"')}`, '1:1: The result you is not selected.'],
  [
    'a path parameter without a variable',
    `query a ${me.replace('/v1/me', '/v1/:id')}`,
    '1:1: The path names :id, but there is no variable $id.',
  ],
  ['a literal that its scalar refuses', `query a { user(id: "x") { id } }`, '1:20: This is not a UUID.'],
  [
    'a path parameter that may be null',
    'query a($id: UUID = "01890a5d-ac96-774b-bcce-b302099a8057") @rest(method: GET, path: "/v1/:id", result: "user", tag: "Me") { user(id: $id) { id } }',
    '1:9: $id is in the path',
  ],
  [
    'a variable that may be null where the schema takes none',
    'query a($d: OrderDirection) @rest(method: GET, path: "/v1/me", tag: "Me") { users(orderBy: {field: display_name, direction: $d}) { nodes { id } } }',
    '1:9: $d may be null, and feeds what may not',
  ],
  ['a query on another method', `query a ${me.replace('GET', 'POST')}`, '1:1: A query answers on GET'],
];

describe('a document that does not fit', () => {
  it.each(faults)('stops the start with its place: %s', (_what, document, message) => {
    expect(() => compiled(document)).toThrow(`${join(folder, 'v1', 'things.graphql')}:${message}`);
  });
});

describe('a document that fits', () => {
  it('has its texts from the comments above it, or from the schema', () => {
    const [operation] = compiled(`# Shows one user. Only what the caller may see.
query a(
  # The user.
  $id: UUID!
) @rest(method: GET, path: "/v1/:id", result: "user", tag: "Users") { user(id: $id) { id } }`);
    expect(operation).toMatchObject({
      name: 'a',
      summary: 'Shows one user',
      description: 'Shows one user. Only what the caller may see.',
      notFound: 'user',
      parameters: [{ name: 'id', place: 'path', required: true, description: 'The user.' }],
    });
  });
});
