import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import relay, { type ConcreteRequest, type Environment as RelayEnvironment } from 'relay-runtime';
import { anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

// A CommonJS module, whose members jest does not name one by one.
const { commitMutation, createOperationDescriptor, Environment, fetchQuery, Network, RecordSource, Store } = relay;

/** What an app would hold: connections on the root and on an object, an object that is read again by `node`, a change. */
const documents = `
graphql\`query OrgsQuery($search: String!, $first: Int!, $after: String) {
  orgs(filter: { search: $search }, orderBy: { field: NAME }, first: $first, after: $after) @connection(key: "Orgs_orgs", filters: []) {
    edges { node { id ...OrgsName ...OrgsMembers } }
  }
}\`;
graphql\`fragment OrgsName on Org @refetchable(queryName: "OrgsNameRefetchQuery") { name version }\`;
graphql\`fragment OrgsMembers on Org
  @refetchable(queryName: "OrgsMembersQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }) {
  members(first: $count, after: $cursor) @connection(key: "Orgs_members") { edges { node { user { email } } } }
}\`;
graphql\`mutation OrgsRenameMutation($id: UUID!, $input: UpdateOrgInput!) {
  updateOrg(id: $id, input: $input) { org { id name version } }
}\`;
`;

let gateway: TestGateway;
let folder: string;
beforeAll(async () => {
  gateway = await testGateway();
  folder = await mkdtemp(join(tmpdir(), 'tenantry-relay-'));
  await Promise.all([mkdir(join(folder, 'src')), mkdir(join(folder, 'made'))]);
  await Promise.all([
    writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' })),
    writeFile(join(folder, 'src/Orgs.js'), documents),
    writeFile(
      join(folder, 'relay.config.json'),
      JSON.stringify({
        src: join(folder, 'src'),
        schema: resolve('schema/schema.graphql'),
        language: 'javascript',
        eagerEsModules: true,
        artifactDirectory: join(folder, 'made'),
      }),
    ),
  ]);
  await promisify(execFile)(process.execPath, [resolve('node_modules/relay-compiler/cli.js'), join(folder, 'relay.config.json')]);
});
afterAll(async () => {
  await gateway.close();
  await rm(folder, { recursive: true });
});

async function compiled(name: string): Promise<ConcreteRequest> {
  const { default: request } = await import(join(folder, `made/${name}.graphql.js`));
  return request;
}

function environment(): RelayEnvironment {
  const network = Network.create(async ({ text }, variables) => {
    const { data, errors } = await gateway.graphql<object, object>(text ?? '', variables, { token: gateway.adminToken });
    if (!data || errors.length > 0) throw new Error(JSON.stringify(errors));
    return { data: { ...data } };
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}

/** What the store shows of the connection, all pages that were read. */
function edgesIn(env: RelayEnvironment, request: ConcreteRequest, variables: object): unknown {
  const { data } = env.lookup(createOperationDescriptor(request, { ...variables }).fragment);
  // The compiler made the selection of the document above.
  return (data as { orgs?: { edges?: unknown } } | undefined)?.orgs?.edges;
}

describe('Relay', () => {
  it('appends the pages of a connection, and reads an object again by its id', async () => {
    const members = [await aUser(gateway.database, { email: 'relay@test.example' })];
    const ids = [];
    for (const name of ['Relay a', 'Relay b', 'Relay c']) ids.push(await anOrg(gateway.database, { name, members }));
    const env = environment();
    const query = await compiled('OrgsQuery');
    const first = { search: 'Relay', first: 2 };
    await fetchQuery(env, query, first).toPromise();
    expect(edgesIn(env, query, first)).toMatchObject([{ node: { id: ids[0] } }, { node: { id: ids[1] } }]);
    const { orgs } = (env.lookup(createOperationDescriptor(query, first).fragment).data ?? {}) as {
      orgs?: { pageInfo?: { endCursor?: string; hasNextPage?: boolean } };
    };
    expect(orgs?.pageInfo?.hasNextPage).toBe(true);
    await fetchQuery(env, query, { ...first, after: orgs?.pageInfo?.endCursor }).toPromise();
    expect(edgesIn(env, query, first)).toMatchObject(ids.map((id) => ({ node: { id } })));

    const refetch = await compiled('OrgsMembersQuery');
    await fetchQuery(env, refetch, { id: ids[0], count: 1 }).toPromise();
    const organisation = env
      .getStore()
      .getSource()
      .get(ids[0] ?? '');
    expect(Object.keys(organisation ?? {})).toContain('__Orgs_members_connection');
  });

  it('shows a change wherever the object is shown', async () => {
    const id = await anOrg(gateway.database, { name: 'Relayed' });
    const env = environment();
    const query = await compiled('OrgsNameRefetchQuery');
    await fetchQuery(env, query, { id }).toPromise();
    const mutation = await compiled('OrgsRenameMutation');
    const baseVersion = Number(env.getStore().getSource().get(id)?.version);
    await new Promise((done, fail) => {
      commitMutation(env, { mutation, variables: { id, input: { name: 'Relayed on', baseVersion } }, onCompleted: done, onError: fail });
    });
    expect(env.getStore().getSource().get(id)).toMatchObject({ name: 'Relayed on', version: baseVersion + 1 });
  });
});
