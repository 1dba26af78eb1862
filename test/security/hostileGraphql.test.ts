import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { type HostileAnswer, hostileRun, patience } from './hostileRuns.js';
import { hostileJson, hostileText } from './hostileValues.js';

let gateway: TestGateway;
const ids: string[] = [];
beforeAll(async () => {
  gateway = await testGateway();
  const user = await aUser(gateway.database);
  ids.push(user, await anOrg(gateway.database, { members: [user] }), crypto.randomUUID());
});
afterAll(() => gateway.close());

function argumentOf(type: GraphQLInputType, depth = 0): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return argumentOf(type.ofType, depth);
  return fc.oneof(
    { weight: 6, arbitrary: plausible(type, depth) },
    { weight: 2, arbitrary: hostileJson },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function plausible(type: GraphQLInputType, depth: number): fc.Arbitrary<unknown> {
  if (isListType(type)) return fc.array(argumentOf(type.ofType, depth + 1), { maxLength: 3 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const required = fields.filter((field) => isNonNullType(field.type)).map(({ name }) => name);
    if (depth > 4) return fc.constant({});
    return fc.record(Object.fromEntries(fields.map((field) => [field.name, argumentOf(field.type, depth + 1)])), {
      requiredKeys: required,
    });
  }
  const named = getNamedType(type).name;
  if (named === 'Int' || named === 'Float') return fc.integer({ min: 0, max: 200 });
  if (named === 'Boolean') return fc.boolean();
  if (named === 'UUID' || named === 'ID') return fc.nat(2).map((i) => ids[i]);
  if (named.startsWith('DateTime')) return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (named === 'EmailAddress') return fc.emailAddress();
  return fc.oneof(fc.string(), hostileText);
}

/** All that a value has without asking for anything more, two levels deep. */
function selection(type: GraphQLOutputType, depth = 0): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return isLeafType(named) ? '' : '{ __typename }';
  const fields = Object.values(named.getFields()).flatMap((field) => {
    const below = getNamedType(field.type);
    if (field.args.some((argument) => isNonNullType(argument.type))) return [];
    if (isLeafType(below)) return [field.name];
    return depth < 2 ? [`${field.name} ${selection(field.type, depth + 1)}`] : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

function documentOf(kind: string, field: GraphQLField<unknown, unknown>): string {
  const variables = field.args.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  return `${kind}${variables && `(${variables})`} { ${field.name}${given && `(${given})`} ${selection(field.type)} }`;
}

async function send(query: string, variables: unknown): Promise<HostileAnswer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(patience),
  });
  return { status: response.status, body: await response.text() };
}

/** They hash a password, which takes its time on purpose. */
const slow: ReadonlySet<string> = new Set(['login', 'changePassword', 'resetPassword', 'createUser']);

describe('The GraphQL schema', () => {
  const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
  const fields = (['query', 'mutation'] as const).flatMap((kind) => {
    const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(root?.getFields() ?? {}).map((field) => ({ kind, name: field.name, field }));
  });

  it.each(fields.filter(({ field }) => field.args.length > 0))(
    'answers hostile arguments of $kind $name with no error of its own',
    async ({ kind, field }) => {
      const document = documentOf(kind, field);
      const required = field.args.filter((argument) => isNonNullType(argument.type)).map(({ name }) => name);
      const variables = fc.record(Object.fromEntries(field.args.map(({ name, type }) => [name, argumentOf(type)])), {
        requiredKeys: required,
      });
      expect(await hostileRun(variables, (one) => send(document, one), slow.has(field.name) ? 0.1 : 1)).toEqual([]);
    },
  );

  it('has logged no internal error', () => {
    expect(
      gateway
        .logs()
        .split('\n')
        .filter((line) => line.includes('"level":"error"')),
    ).toEqual([]);
  });
});
