import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphQLField, getNamedType, isInputObjectType, isLeafType, isNonNullType, isObjectType } from 'graphql';
import { buildUnguardedSchema } from '../../src/schema/schema.js';
import { aTenant, aWorkspace } from '../support/builders.js';
import { subscribe } from '../support/eventStream.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let ids: { orgId: string; workspaceId: string };
beforeAll(async () => {
  gateway = await testGateway();
  const { id: orgId } = await aTenant(gateway, { members: [gateway.adminId] });
  ids = { orgId, workspaceId: await aWorkspace(gateway.database, orgId, 'Research') };
});
afterAll(() => gateway.close());

/** Values of the arguments that a list with a search also needs. */
const needed: Readonly<Record<string, string>> = {
  orgId: '$orgId',
  workspaceId: '$workspaceId',
  permission: '"platform.orgs.list"',
  bucket: 'DAY',
  timeZone: '"UTC"',
  by: 'ACTION',
  first: '1',
};

/** Where the objects that have such lists are found. */
const holders: Readonly<Record<string, (list: string) => string>> = {
  Query: (list) => list,
  Subscription: (list) => list,
  Org: (list) => `org(id: $orgId) { ${list} }`,
  Workspace: (list) => `workspace(id: $workspaceId) { ${list} }`,
};

function listOf(field: GraphQLField<unknown, unknown>): string {
  const others = field.args.filter(
    ({ name, type, defaultValue }) => name !== 'filter' && isNonNullType(type) && defaultValue === undefined,
  );
  const given = others.map(({ name }) => `${name}: ${needed[name]}`);
  const type = getNamedType(field.type);
  const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
  // The number of what was found, which is read; where there is none, the fields of the type's own.
  const read = fields.find(({ name }) => name === 'totalCount') ?? fields.find(({ type: of }) => isLeafType(getNamedType(of)));
  return `${field.name}(${['filter: { search: $search }', ...given].join(', ')}) { ${read?.name} }`;
}

/** Every field of the schema whose filter has a search. */
function searches(): { where: string; query: string }[] {
  const types = Object.values(buildUnguardedSchema().getTypeMap()).filter(isObjectType);
  return types.flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) => {
      const filter = getNamedType(field.args.find(({ name }) => name === 'filter')?.type);
      if (!isInputObjectType(filter) || !filter.getFields().search) return [];
      const query = holders[type.name]?.(listOf(field)) ?? `no holder of ${type.name}`;
      const used = ['orgId', 'workspaceId'].filter((name) => query.includes(`$${name}`)).map((name) => `, $${name}: UUID!`);
      const kind = type.name === 'Subscription' ? 'subscription' : 'query';
      return [{ where: `${type.name}.${field.name}`, query: `${kind} ($search: String${used.join('')}) { ${query} }` }];
    }),
  );
}

interface ReadError {
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The errors of the answer, or of the first event of a subscription. */
async function errorsOf(query: string, text: string): Promise<readonly ReadError[]> {
  const variables = { search: text, ...ids };
  const caller = { token: gateway.adminToken };
  if (!query.startsWith('subscription')) return (await gateway.graphql<unknown, object>(query, variables, caller)).errors;
  const { body, events } = await subscribe(gateway, query, variables, caller);
  if (body) return body.errors;
  for await (const { data } of events) return data.errors ?? [];
  throw new Error('The stream ended before its first event.');
}

describe('the search of', () => {
  it.each(searches())('$where takes 500 characters, as REST does, and names the field where there are more', async ({ query }) => {
    expect(await errorsOf(query, '🐢'.repeat(500))).toEqual([]);
    const errors = await errorsOf(query, `${'🐢'.repeat(500)}x`);
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      {
        code: 'BAD_USER_INPUT',
        issues: [
          {
            path: ['filter', 'search'],
            message: 'String should have at most 500 characters',
            type: 'string_too_long',
            context: { max_length: 500 },
          },
        ],
      },
    ]);
  });

  it.each([
    ['groups', 'mutation ($name: String!) { createGroup(input: { name: $name }) { group { id } } }'],
    ['partners', 'mutation ($name: String!) { createPartner(input: { name: $name, slug: "equipe-40" }) { partner { id } } }'],
  ])('%s finds a name with accents by the name, by its capitals, and by letters without accents', async (list, create) => {
    const caller = { token: gateway.adminToken };
    expect((await gateway.graphql(create, { name: 'Équipe 40%' }, caller)).errors).toEqual([]);
    for (const text of ['Équipe 40%', 'ÉQUIPE', 'equipe 4']) {
      const query = `query ($text: String!) { ${list}(filter: { search: $text }) { nodes { name } } }`;
      expect((await gateway.graphql(query, { text }, caller)).data).toEqual({ [list]: { nodes: [{ name: 'Équipe 40%' }] } });
    }
  });
});
