import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGroup } from './administrationCases.js';
import { contractOperation, contractOperations } from './operations.js';
import { aPartner } from './partnerCases.js';
import { responseFaults } from './responseFaults.js';
import { aScene, type Scene } from './scene.js';
import { aShard } from './shardCases.js';
import { statusCases } from './statusCases.js';
import { aPlace } from './workspaceCases.js';

let scene: Scene;
beforeAll(async () => {
  scene = await aScene();
});
afterAll(() => scene.close());

const served = Object.keys(statusCases).map(contractOperation);
const changes = served.filter(({ method }) => method === 'PATCH').map(({ id }) => id);

/** The path of an operation, with ids of objects that exist. */
async function pathOf(id: string): Promise<string> {
  const { path } = contractOperation(id);
  const ids: Record<string, () => string | Promise<string>> = {
    org_uuid: () => scene.org(),
    user_uuid: () => scene.stranger.id,
    admin_uuid: async () => (await scene.holderOf()).id,
    group_uuid: async () => (await aGroup(scene)).id,
    partner_uuid: async () => (await aPartner(scene)).id,
    shard_uuid: async () => (await aShard(scene)).id,
  };
  const values: Record<string, string> = id.includes('workspace') ? await aPlace(scene) : {};
  for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) values[name] ??= (await ids[name]?.()) ?? name;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? name);
}

/** Sends bytes, with no header that the caller does not give. */
async function send(id: string, body: Uint8Array | string, headers: Readonly<Record<string, string>>) {
  const { method } = contractOperation(id);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const response = await fetch(`${scene.gateway.url}${await pathOf(id)}`, {
    method,
    headers: { authorization: `Bearer ${scene.admin.token}`, ...headers },
    body: bytes,
  });
  const answer: { detail?: unknown[] } = JSON.parse(await response.text());
  expect(responseFaults(id, response.status, answer)).toEqual([]);
  return { status: response.status, answer };
}

const json = { 'content-type': 'application/json' };

describe.each(changes)('a body sent to %s', (id) => {
  it.each([
    ['JSON that ends too early', '{"base_version": 1', 'json_invalid'],
    ['JSON with a comma too many', '{"base_version": 1,}', 'json_invalid'],
    ['JSON with something behind it', '{} {}', 'json_invalid'],
    ['no JSON', 'base_version=1', 'json_invalid'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'json_invalid'],
    ['nested deeper than a parser likes', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'model_attributes_type'],
    ['a list', '[{"base_version": 1}]', 'model_attributes_type'],
    ['a text', '"base_version"', 'model_attributes_type'],
    ['a number', '1', 'model_attributes_type'],
    ['null', 'null', 'missing'],
    ['empty', '', 'missing'],
  ])('is refused where it is %s', async (_what, body, type) => {
    const { status, answer } = await send(id, body, json);
    expect(status).toBe(422);
    expect(answer.detail).toMatchObject([{ loc: expect.arrayContaining(['body']), type }]);
  });

  it('is refused where it is larger than 1 MB', async () => {
    const { status } = await send(id, JSON.stringify({ base_version: 1, name: 'x'.repeat(1_100_000) }), json);
    expect(status).toBe(422);
  });

  it.each([
    ['no content type', {}],
    ['the charset named', { 'content-type': 'application/json; charset=utf-8' }],
    ['a content type in capitals', { 'content-type': 'Application/JSON' }],
    ['a content type that ends with +json', { 'content-type': 'application/merge-patch+json' }],
  ])('is read as JSON with %s', async (_what, headers) => {
    const { status } = await send(id, '{"base_version": 1, "preferences": {}, "role": "viewer"}', headers);
    expect(status).toBe(200);
  });

  it.each([
    ['text/plain', 'model_attributes_type'],
    ['application/x-www-form-urlencoded', 'model_attributes_type'],
    ['application/jsonp', 'model_attributes_type'],
    ['nonsense', 'value_error'],
  ])('is refused where its content type is %s', async (contentType, type) => {
    const { status, answer } = await send(id, '{"base_version": 1, "preferences": {}, "role": "viewer"}', { 'content-type': contentType });
    expect(status).toBe(422);
    expect(answer.detail).toEqual([{ loc: ['body'], msg: expect.any(String), type }]);
  });
});

/** One address may be documented under several names of its parameter. */
const shapeOf = ({ path }: { path: string }) => path.replace(/\{\w+\}/g, '{}');
const paths = [...new Set(served.map(shapeOf))];

describe.each(paths)('%s', (path) => {
  const here = served.filter((operation) => shapeOf(operation) === path);
  const documented = [...contractOperations.values()].filter((operation) => shapeOf(operation) === path).map(({ method }) => method);
  const [first] = here;

  it('answers a method that it does not have with 405, and says which it has', async () => {
    const url = await pathOf(first?.id ?? '');
    const methods = here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((one) => !documented.includes(one))) {
      const { status, headers, body } = await scene.gateway.rest(method, url, { token: scene.admin.token });
      expect({ method, status }).toEqual({ method, status: 405 });
      expect(headers.get('allow')?.split(', ').sort()).toEqual(methods.sort());
      expect(body).toMatchObject(
        path.startsWith('/v1') ? { error: 'METHOD_NOT_ALLOWED', status_code: 405 } : { code: 'METHOD_NOT_ALLOWED' },
      );
    }
  });

  if (here.some(({ method }) => method === 'GET')) {
    it('answers HEAD as it answers GET, without the body', async () => {
      const url = await pathOf(first?.id ?? '');
      for (const token of [scene.admin.token, undefined]) {
        // What streams says its length to nobody, and its HEAD takes nothing out of the database.
        if (first?.id === 'get_audit_export' && token) continue;
        // Who reads the trail the first time is in it from then on.
        await scene.gateway.rest('GET', url, { token });
        const [get, head] = await Promise.all(['GET', 'HEAD'].map((method) => scene.gateway.rest(method, url, { token })));
        expect(head?.status).toBe(get?.status);
        expect(head?.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(head?.headers.get('content-length')).toBe(String(Buffer.byteLength(JSON.stringify(get?.body))));
        expect(head?.body).toBeUndefined();
      }
    });
  }
});

describe('a path that no operation has', () => {
  it('is a 404 in the format of its surface', async () => {
    const { token } = scene.admin;
    const platform = await scene.gateway.rest('GET', '/api/v1/platform/nothing', { token });
    expect(platform).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', trace_id: expect.any(String) } });
    const v1 = await scene.gateway.rest('GET', '/v1/nothing', { token });
    expect(v1).toMatchObject({ status: 404, body: { error: 'RESOURCE_NOT_FOUND', status_code: 404 } });
  });
});
