import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anOrg, aUser, shutOut } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const me = '{ me { email } }';

describe('requests that come together', () => {
  it('share statements, and each gets its own caller and its own object', async () => {
    const { database } = gateway;
    const users = await Promise.all(Array.from({ length: 20 }, (_, i) => aUser(database, { email: `one${i}@example.com` })));
    const orgs = await Promise.all(Array.from({ length: 20 }, (_, i) => anOrg(database, { name: `Org ${i}` })));
    const mineOf = (id: string) => gateway.graphql<{ me: { email: string } }, object>(me, {}, { token: gateway.tokenFor(id) });
    const orgOf = (id: string) => gateway.rest('GET', `/api/v1/platform/orgs/${id}`, { token: gateway.adminToken });
    const start = database.statements();
    for (const id of users) await mineOf(id);
    for (const id of orgs) await orgOf(id);
    const before = database.statements();
    const [mine, theirs] = await Promise.all([Promise.all(users.map(mineOf)), Promise.all(orgs.map(orgOf))]);
    expect(mine.map(({ data }) => data?.me.email)).toEqual(users.map((_, i) => `one${i}@example.com`));
    expect(theirs.map(({ body }) => body.name)).toEqual(orgs.map((_, i) => `Org ${i}`));
    // How many travel together depends on how fast they come.
    expect(database.statements() - before).toBeLessThan(before - start);
  });

  it('do not let a caller in who was shut out before they asked', async () => {
    const { database } = gateway;
    for (let round = 0; round < 20; round += 1) {
      const id = await aUser(database);
      const token = gateway.tokenFor(id);
      let isOver = false;
      const busy = Array.from({ length: 8 }, async () => {
        while (!isOver) await gateway.graphql(me, {}, { token });
      });
      expect((await gateway.graphql(me, {}, { token })).status).toBe(200);
      await shutOut(database, id, 'deactivated');
      const after = await Promise.all(Array.from({ length: 5 }, () => gateway.graphql(me, {}, { token })));
      isOver = true;
      await Promise.all(busy);
      expect(after.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    }
  });
});
