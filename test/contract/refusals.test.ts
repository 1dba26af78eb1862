import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { shutOut } from '../support/builders.js';
import type { RestAnswer } from '../support/gateway.js';
import { contractOperation } from './operations.js';
import { aScene, type Scene } from './scene.js';
import { noUuid, nowhere } from './statusCaseKit.js';
import { statusCases } from './statusCases.js';
import { traceIdIn } from './trace.js';

let scene: Scene;
beforeAll(async () => {
  scene = await aScene();
});
afterAll(() => scene.close());

/** An answer without what must differ: the trace, and the id that was asked for. */
function said({ status, body }: RestAnswer, id: string): string {
  return JSON.stringify({ status, ...body, trace_id: undefined }).replaceAll(id, 'id');
}

const ofOrgs = Object.keys(statusCases).filter((id) => contractOperation(id).path.includes('{org_uuid}'));
const ofUsers = Object.keys(statusCases).filter((id) => contractOperation(id).path.includes('{user_uuid}'));
const bodyOf = (id: string) => (contractOperation(id).method === 'PATCH' ? { base_version: 1 } : undefined);

async function ask(operation: string, id: string, token: string): Promise<string> {
  const answer = await scene.call(operation, { token, params: { ...nowhere, org_uuid: id, user_uuid: id }, body: bodyOf(operation) });
  return said(answer, id);
}

describe('an id that the caller may know nothing of', () => {
  it.each(ofOrgs)('reads to a stranger like one that was never given out: %s', async (operation) => {
    const existing = await ask(operation, await scene.org(), scene.stranger.token);
    expect(existing).toBe(await ask(operation, uuidv7(), scene.stranger.token));
  });

  it.each(ofUsers)('reads to a stranger like one that was never given out: %s', async (operation) => {
    const existing = await ask(operation, scene.admin.id, scene.stranger.token);
    expect(existing).toBe(await ask(operation, uuidv7(), scene.stranger.token));
  });

  it.each(['get_orgs_org_uuid_billing', 'patch_orgs_org_uuid_billing'])(
    'reads to an admin without access to the org like one that was never given out: %s',
    async (operation) => {
      const { token } = await scene.holderOf('platform.billing.read', 'platform.billing.update');
      const existing = await ask(operation, await scene.org(), token);
      expect(existing).toBe(await ask(operation, uuidv7(), token));
    },
  );

  it.each(ofUsers)('reads like one that was never given out where it was a deleted user’s: %s', async (operation) => {
    const deleted = await scene.user();
    await shutOut(scene.gateway.database, deleted, 'deleted');
    const answer = await ask(operation, deleted, scene.admin.token);
    expect(answer).toContain('"status":404');
    expect(answer).toBe(await ask(operation, uuidv7(), scene.admin.token));
  });
});

describe('a refusal', () => {
  it('comes before the parameters are looked at', async () => {
    for (const operation of [...ofOrgs, ...ofUsers]) {
      const params = noUuid;
      const { status } = await scene.call(operation, { token: scene.stranger.token, params, body: bodyOf(operation) });
      expect({ operation, status }).toEqual({ operation, status: 403 });
    }
  });

  it('carries the trace id that the response’s header names', async () => {
    const calls = [
      { token: undefined, status: 401 },
      { token: scene.stranger.token, status: 403 },
      { token: scene.admin.token, status: 404 },
    ];
    for (const { token, status } of calls) {
      const answer = await scene.call('get_orgs_org_uuid', { token, params: { org_uuid: uuidv7() } });
      expect(answer.status).toBe(status);
      expect(answer.body.trace_id).toBe(traceIdIn(answer.headers));
    }
  });
});
