import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { anOrg } from '../support/builders.js';
import { FindOrgDocument, RenameOrgDocument } from '../support/documents.generated.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

function clientOf(token: string) {
  const fetchOptions = { headers: { authorization: `Bearer ${token}` } };
  return new Client({ url: `${gateway.url}/graphql`, exchanges: [cacheExchange, fetchExchange], fetchOptions });
}

describe('urql', () => {
  it('reads with variables, and reads again what a change of its own made stale', async () => {
    const id = await anOrg(gateway.database, { name: 'Urql one' });
    const client = clientOf(gateway.adminToken);
    const found = await client.query(FindOrgDocument, { search: 'Urql' });
    expect(found.data?.orgs.nodes).toMatchObject([{ id, name: 'Urql one' }]);
    const baseVersion = found.data?.orgs.nodes[0]?.version ?? 0;
    const renamed = await client.mutation(RenameOrgDocument, { id, input: { name: 'Urql two', baseVersion } });
    expect(renamed.data?.updateOrg.org).toMatchObject({ id, name: 'Urql two', version: baseVersion + 1 });
    const again = await client.query(FindOrgDocument, { search: 'Urql' });
    expect(again.data?.orgs.nodes).toMatchObject([{ id, name: 'Urql two' }]);
  });

  it('is told why it may not, by a code and the path of the field', async () => {
    const { error } = await clientOf('no token at all').query(FindOrgDocument, { search: '' });
    expect(error?.graphQLErrors.map(({ extensions, path }) => [extensions.code, path])).toEqual([['UNAUTHENTICATED', undefined]]);
    expect(error?.response.status).toBe(401);
  });
});
