import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientError, GraphQLClient } from 'graphql-request';
import { anOrg } from '../support/builders.js';
import { FindOrgDocument, RenameOrgDocument } from '../support/documents.generated.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const clientOf = (token: string) => new GraphQLClient(`${gateway.url}/graphql`, { headers: { authorization: `Bearer ${token}` } });

describe('graphql-request', () => {
  it('reads and changes by typed documents', async () => {
    const id = await anOrg(gateway.database, { name: 'Request one' });
    const client = clientOf(gateway.adminToken);
    const { orgs } = await client.request(FindOrgDocument, { search: 'Request one' });
    expect(orgs).toMatchObject({ totalCount: 1, nodes: [{ id, name: 'Request one' }] });
    const baseVersion = orgs.nodes[0]?.version ?? 0;
    const { updateOrg } = await client.request(RenameOrgDocument, { id, input: { name: 'Request two', baseVersion } });
    expect(updateOrg.org).toMatchObject({ name: 'Request two', version: baseVersion + 1 });
  });

  it('throws what it is refused with, each with its code and status', async () => {
    const id = await anOrg(gateway.database);
    const stale = { id, input: { name: 'Stale', baseVersion: 7 } };
    const refused = await clientOf(gateway.adminToken)
      .request(RenameOrgDocument, stale)
      .catch((error: unknown) => error);
    if (!(refused instanceof ClientError)) throw new Error(`No client error: ${refused}`);
    expect(refused.response.errors?.map(({ extensions, path }) => [extensions?.code, path])).toEqual([['CONFLICT', ['updateOrg']]]);
    await expect(clientOf('no token at all').request(FindOrgDocument, { search: '' })).rejects.toMatchObject({ response: { status: 401 } });
  });
});
