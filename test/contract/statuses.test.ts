import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractOperation, contractOperations } from './operations.js';
import { aScene, type Scene } from './scene.js';
import { statusCases, unprovokable } from './statusCases.js';

let scene: Scene;
beforeAll(async () => {
  scene = await aScene();
});
afterAll(() => scene.close());

describe.each(Object.entries(statusCases).map(([id, cases]) => ({ id, surface: contractOperation(id).surface, cases })))(
  '$surface $id',
  ({ id, cases }) => {
    it.each(cases)('$status $when', async ({ status, call, says, broken }) => {
      const request = await call(scene);
      const act = () => scene.call(id, request);
      const answer = await (broken ? scene.whileBroken(broken === true ? 'users' : broken, act) : act());
      expect(answer.status).toBe(status);
      if (says) expect(answer.body).toMatchObject(says);
    });
  },
);

describe('the cases', () => {
  it('provoke each documented status of each served operation, but for the ones that cannot be provoked', async () => {
    const served = (await Promise.all(['platform', 'v1'].map(servedOperations))).flat().filter((id) => contractOperations.has(id));
    expect(served.sort()).toEqual(Object.keys(statusCases).sort());
    for (const id of served) {
      const provoked = new Set(statusCases[id]?.map(({ status }) => status));
      const excused = Object.keys(unprovokable[id] ?? {}).map(Number);
      expect({ id, statuses: [...provoked, ...excused].sort() }).toEqual({ id, statuses: contractOperation(id).statuses });
    }
  });
});

async function servedOperations(surface: string): Promise<string[]> {
  const { body } = await scene.gateway.rest('GET', `/openapi/${surface}.json`);
  const methods: object[] = Object.values(body.paths);
  return methods.flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
}
