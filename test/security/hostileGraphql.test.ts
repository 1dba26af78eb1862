import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { buildUnguardedSchema } from '../../src/schema/schema.js';
import { requireWellFormed } from '../../src/server/wellFormed.js';
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

type Variables = Readonly<Record<string, unknown>>;

/**
 * Asks for a field several times, each time with arguments of its own: those of the third are `$a2_…`. Of several, little is selected: not
 * for what the document costs is it to be refused.
 */
function documentOf(kind: string, field: GraphQLField<unknown, unknown>, times: number): string {
  const numbers = [...Array(times).keys()];
  const variables = numbers.flatMap((number) => field.args.map(({ name, type }) => `$a${number}_${name}: ${type}`)).join(', ');
  const selected = times === 1 ? selection(field.type) : isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  const asked = numbers.map((number) => {
    const given = field.args.map(({ name }) => `${name}: $a${number}_${name}`).join(', ');
    return `a${number}: ${field.name}(${given}) ${selected}`;
  });
  return `${kind} (${variables}) { ${asked.join(' ')} }`;
}

const variablesOf = (cases: readonly Variables[]): Variables =>
  Object.fromEntries(cases.flatMap((one, number) => Object.entries(one).map(([name, value]) => [`a${number}_${name}`, value])));

/** As the server reads variables: with its own scalars. */
const served = buildUnguardedSchema();

/** Whether a case is refused for the types of its variables, and not before that for what no text or page may be. */
function isIllTyped(operation: OperationDefinitionNode, one: Variables): boolean {
  if (typeof one.first === 'number') return false;
  const variables = variablesOf([one]);
  try {
    requireWellFormed({ variables });
  } catch {
    return false;
  }
  return getVariableValues(served, operation.variableDefinitions ?? [], variables).errors !== undefined;
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
      const required = field.args.filter((argument) => isNonNullType(argument.type)).map(({ name }) => name);
      const variables = fc.record(Object.fromEntries(field.args.map(({ name, type }) => [name, argumentOf(type)])), {
        requiredKeys: required,
      });
      const operation = getOperationAST(parse(documentOf(kind, field, 1)));
      const faults = await hostileRun(variables, {
        send: (cases) => send(documentOf(kind, field, cases.length), variablesOf(cases)),
        share: slow.has(field.name) ? 0.1 : 1,
        // All variables of a document are read, and every fault in them found, before any of it runs.
        sharesRequest: (one) => operation !== null && operation !== undefined && isIllTyped(operation, one),
      });
      expect(faults).toEqual([]);
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
