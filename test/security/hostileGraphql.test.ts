import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
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
import { aTenant, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { figures, type HostileAnswer, hostileRun, longestRun, naughtyStringsFor, patience, sendAll } from './hostileRuns.js';
import { hostileJson, hostileText } from './hostileValues.js';
import { type Place, placesIn, valueWith } from './placesOfText.js';

let gateway: TestGateway;
const ids: string[] = [];
/** How a document gets to an object that has fields with arguments of their own. */
const objects: Record<string, string> = {};
beforeAll(async () => {
  gateway = await testGateway();
  const user = await aUser(gateway.database);
  const org = await aTenant(gateway, { members: [user] });
  ids.push(user, org.id, crypto.randomUUID());
  const admin = { token: gateway.adminToken };
  const made = await gateway.graphql<Record<'createWorkspace' | 'createGroup', Record<string, { id: string }>>, object>(
    `mutation ($org: UUID!) { createWorkspace(orgId: $org, input: { name: "Lab", slug: "lab" }) { workspace { id } }
      createGroup(input: { name: "Some" }) { group { id } } }`,
    { org: org.id },
    admin,
  );
  objects.Org = `org(id: "${org.id}")`;
  objects.Workspace = `workspace(id: "${made.data?.createWorkspace.workspace?.id}")`;
  objects.Group = `group(id: "${made.data?.createGroup.group?.id}")`;
});
afterAll(async () => {
  process.stdout.write(`GraphQL: ${figures()}`);
  await gateway.close();
});

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
function documentOf(kind: string, field: GraphQLField<unknown, unknown>, times: number, parent?: string): string {
  const numbers = [...Array(times).keys()];
  const variables = numbers.flatMap((number) => field.args.map(({ name, type }) => `$a${number}_${name}: ${type}`)).join(', ');
  const selected = times === 1 ? selection(field.type) : isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  const asked = numbers.map((number) => {
    const given = field.args.map(({ name }) => `${name}: $a${number}_${name}`).join(', ');
    return `a${number}: ${field.name}(${given}) ${selected}`;
  });
  const all = asked.join(' ');
  return `${kind} (${variables}) { ${parent ? `${objects[parent]} { ${all} }` : all} }`;
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

/** They hash a password, which takes its time on purpose, or make a schema. */
const slow: ReadonlySet<string> = new Set(['login', 'changePassword', 'resetPassword', 'createUser', 'createOrg']);

/** A hostile subscription may be a good one, and is then heard for a moment. */
async function subscribe(query: string, variables: unknown): Promise<HostileAnswer> {
  const response = await fetch(`${gateway.url}/graphql/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(patience),
  });
  const { status } = response;
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return { status, body: await response.text() };
  const reader = response.body?.getReader();
  const heard = await Promise.race([reader?.read(), sleep(100)]);
  await reader?.cancel();
  return { status, body: heard?.value ? Buffer.from(heard.value).toString() : '' };
}

describe('The GraphQL schema', () => {
  const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
  const ofType = (kind: string, type: GraphQLObjectType | null | undefined, parent?: string) =>
    Object.values(type?.getFields() ?? {})
      .filter(({ args }) => args.length > 0)
      .map((field) => ({ kind, name: parent ? `${parent}.${field.name}` : field.name, field, parent }));
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const [queries, mutations, subscriptions] = [
    ofType('query', schema.getQueryType()),
    ofType('mutation', schema.getMutationType()),
    ofType('subscription', schema.getSubscriptionType()),
  ];
  const nested = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !roots.includes(type) && !type.name.startsWith('__'))
    .flatMap((type) => (isObjectType(type) ? ofType('query', type, type.name) : []));
  const fields = [...queries, ...mutations, ...nested];

  it('has a way to each object whose fields have arguments', () => {
    expect(new Set(nested.map(({ parent }) => parent))).toEqual(new Set(Object.keys(objects)));
  });

  const argumentsOf = (field: GraphQLField<unknown, unknown>) =>
    fc.record(Object.fromEntries(field.args.map(({ name, type }) => [name, argumentOf(type)])), {
      requiredKeys: field.args.filter((argument) => isNonNullType(argument.type)).map(({ name }) => name),
    });

  /** How cases of a field are sent: those together that are refused together. */
  function sendingOf({ kind, field, parent }: (typeof fields)[number]) {
    // What the operation's variables are is known without its object.
    const operation = getOperationAST(parse(documentOf(kind, field, 1)));
    return {
      send: (cases: readonly Variables[]) => send(documentOf(kind, field, cases.length, parent), variablesOf(cases)),
      // All variables of a document are read, and every fault in them found, before any of it runs.
      sharesRequest: (one: Variables) => operation !== null && operation !== undefined && isIllTyped(operation, one),
    };
  }

  it.each(fields)(
    'answers hostile arguments of $kind $name with no error of its own',
    async (each) => {
      const share = slow.has(each.field.name) ? 0.1 : 1;
      expect(await hostileRun(argumentsOf(each.field), { ...sendingOf(each), share })).toEqual([]);
    },
    longestRun,
  );

  it.each(subscriptions)(
    'answers hostile arguments of $kind $name with no error of its own',
    async ({ kind, field }) => {
      const sent = { send: ([one]: readonly Variables[]) => subscribe(documentOf(kind, field, 1), variablesOf(one ? [one] : [])) };
      expect(await hostileRun(argumentsOf(field), { ...sent, share: 0.5 })).toEqual([]);
    },
    longestRun,
  );

  it.each([...fields, ...subscriptions])(
    'answers each naughty string in each text of $kind $name with no error of its own',
    async (each) => {
      const { kind, field } = each;
      const places: Place[] = field.args.flatMap(({ name, type }) => placesIn(type).map((place) => [name, ...place]));
      const needed = ([first]: Place) => field.args.filter(({ name, type }) => name === first || isNonNullType(type));
      const cases = places.flatMap((place, number) =>
        naughtyStringsFor(number, slow.has(field.name) ? 0.1 : 1).map((text) =>
          Object.fromEntries(
            needed(place).map(({ name, type }) => [name, valueWith(type, name === place[0] ? place.slice(1) : undefined, text, ids)]),
          ),
        ),
      );
      const sending =
        kind === 'subscription'
          ? { send: ([one]: readonly Variables[]) => subscribe(documentOf(kind, field, 1), variablesOf(one ? [one] : [])) }
          : sendingOf(each);
      expect(await sendAll(cases, sending)).toEqual([]);
    },
    longestRun,
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
