import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anOrg, aUser } from '../support/builders.js';
import { FindOrgDocument, RenameOrgDocument } from '../support/documents.generated.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

function clientOf(token: string) {
  const link = new HttpLink({ uri: `${gateway.url}/graphql`, headers: { authorization: `Bearer ${token}` } });
  return new ApolloClient({ link, cache: new InMemoryCache() });
}

const name = (id: string) => ({ id: `Org:${id}`, fragment: gql`fragment OrgName on Org { name version }` });

describe('Apollo Client', () => {
  it('reads with variables, and keeps each object once, by its type and id', async () => {
    const member = await aUser(gateway.database, { email: 'member@apollo.example' });
    const id = await anOrg(gateway.database, { name: 'Apollo one', members: [member] });
    const client = clientOf(gateway.adminToken);
    const { data } = await client.query({ query: FindOrgDocument, variables: { search: 'Apollo one' } });
    expect(data?.orgs.nodes.map((org) => [org.id, org.members.nodes[0]?.user?.id])).toEqual([[id, member]]);
    const kept = client.cache.extract() as Record<string, unknown>;
    expect(kept[`Org:${id}`]).toMatchObject({ name: 'Apollo one' });
    expect(kept[`User:${member}`]).toMatchObject({ email: 'member@apollo.example' });
  });

  it('shows a change wherever the object is shown, with nothing read again', async () => {
    const id = await anOrg(gateway.database, { name: 'Apollo two' });
    const client = clientOf(gateway.adminToken);
    await client.query({ query: FindOrgDocument, variables: { search: 'Apollo two' } });
    const { version } = client.cache.readFragment<{ version: number }>(name(id)) ?? { version: 0 };
    await client.mutate({ mutation: RenameOrgDocument, variables: { id, input: { name: 'Apollo too', baseVersion: version } } });
    expect(client.cache.readFragment(name(id))).toMatchObject({ name: 'Apollo too', version: version + 1 });
    const { data } = await client.query({ query: FindOrgDocument, variables: { search: 'Apollo two' }, fetchPolicy: 'cache-only' });
    expect(data?.orgs.nodes[0]?.name).toBe('Apollo too');
  });

  it('is told why it may not, by a code', async () => {
    const stranger = gateway.tokenFor(await aUser(gateway.database));
    const id = await anOrg(gateway.database);
    const renaming = clientOf(stranger).mutate({ mutation: RenameOrgDocument, variables: { id, input: { name: 'Mine', baseVersion: 1 } } });
    const error = await renaming.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!CombinedGraphQLErrors.is(error)) throw new Error(`No GraphQL error: ${error}`);
    expect(error.errors.map(({ extensions }) => extensions?.code)).toEqual(['FORBIDDEN']);
  });
});
