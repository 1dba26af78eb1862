import { describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { Conflict, Forbidden, Invalid, NotFound, Unavailable } from '../../src/errors.js';
import { id, org, user } from './rows.js';
import { serve } from './serve.js';
import type { Resolvers } from './standInSchema.js';

const orgs = '/api/v1/platform/orgs';
const json = { authorization: 'Bearer ada', 'content-type': 'application/json' };

async function withServer<T>(resolvers: Resolvers, use: (app: FastifyInstance) => Promise<T>): Promise<T> {
  const app = await serve(resolvers);
  try {
    return await use(app);
  } finally {
    await app.close();
  }
}

function get(resolvers: Resolvers, url: string, token = 'ada') {
  return withServer(resolvers, (app) => app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } }));
}

function patch(resolvers: Resolvers, url: string, payload: object | string, headers: Record<string, string> = json) {
  return withServer(resolvers, (app) => app.inject({ method: 'PATCH', url, headers, payload }));
}

/** A resolver that keeps the arguments it was given. */
function recording(answer: unknown) {
  const calls: unknown[] = [];
  const resolver = (_parent: unknown, args: unknown) => {
    calls.push(args);
    return answer;
  };
  return { calls, resolver };
}

function throwing(error: unknown) {
  return () => {
    throw error;
  };
}

describe('an operation that succeeds', () => {
  it('answers with the selection under its documented names and enum spellings', async () => {
    const response = await get({ org: () => org }, `${orgs}/${id}`);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.json()).toMatchObject({
      id,
      name: org.name,
      account_type: 'starter',
      onboarding_status: 'in_progress',
      billing_email: null,
      website: null,
      created_at: '2026-01-31T12:00:00.000001Z',
    });
  });

  it('writes null, nested lists and JSON objects as they are', async () => {
    const me = await get({ me: () => user }, '/v1/users/me');
    expect(me.json()).toMatchObject({
      preferences: user.preferences,
      settings: {},
      roles: [],
      last_login: null,
      default_workspace_id: null,
    });
    const detail = await get({ user: () => user }, `/api/v1/platform/users/${id}`);
    expect(detail.json().org_memberships).toEqual([
      { org_id: id, org_name: 'Acme', org_slug: 'acme', status: 'invited', role_hint: null, joined_at: null },
    ]);
  });

  it('gives the query string, the defaults and the path to the arguments, enums in their internal values', async () => {
    const { calls, resolver } = recording({ nodes: [], totalCount: 0 });
    await get({ orgMembers: resolver }, `${orgs}/${id.toUpperCase()}/members?search=a%20b&status=invited&page=2&sort_order=desc&unknown=1`);
    await get({ orgMembers: resolver }, `${orgs}/${id}/members?page=1&page=3`);
    expect(calls).toEqual([
      {
        orgId: id,
        filter: { search: 'a b', status: 'INVITED' },
        orderBy: { field: 'DISPLAY_NAME', direction: 'DESC' },
        first: 50,
        page: 2,
      },
      { orgId: id, filter: {}, orderBy: { field: 'DISPLAY_NAME', direction: 'ASC' }, first: 50, page: 3 },
    ]);
  });

  it('leaves out of the input what the body leaves out, what it has as null, and what the operation does not know', async () => {
    const { calls, resolver } = recording({ org });
    const response = await patch({ updateOrg: resolver }, `${orgs}/${id}`, {
      base_version: 7,
      name: null,
      website: 'https://acme.example',
      account_type: 'enterprise',
      unknown: true,
    });
    expect(response.statusCode).toBe(200);
    expect(calls).toEqual([{ id, input: { baseVersion: 7, website: 'https://acme.example', accountType: 'ENTERPRISE' } }]);
  });

  it('passes a JSON object on with its nulls', async () => {
    const { calls, resolver } = recording({ user });
    const preferences = { theme: null, nested: { a: [null] } };
    await patch({ updateMyPreferences: resolver }, '/v1/users/me/preferences', { preferences });
    expect(calls).toEqual([{ preferences }]);
  });
});

describe('who may call', () => {
  const url = `${orgs}/not-a-uuid`;

  it('asks for the user first, then the permission, then the parameters', async () => {
    await withServer({}, async (app) => {
      const none = await app.inject({ url });
      const powerless = await app.inject({ url, headers: { authorization: 'Bearer powerless' } });
      const able = await app.inject({ url, headers: { authorization: 'Bearer ada' } });
      expect([none.statusCode, powerless.statusCode, able.statusCode]).toEqual([401, 403, 422]);
      expect(none.headers['www-authenticate']).toBe('Bearer');
      expect(powerless.json()).toEqual({
        detail: 'This needs the permission platform.orgs.read.',
        code: 'FORBIDDEN',
        trace_id: 'trace-1',
        details: { required_permission: 'platform.orgs.read' },
      });
    });
  });

  it('refuses a token that does not hold before it reads the body', async () => {
    const response = await patch({}, `${orgs}/${id}`, '{', { ...json, authorization: 'Bearer expired' });
    expect(response.statusCode).toBe(401);
  });

  it('words a refusal of /v1 as its envelope', async () => {
    const response = await withServer({}, (app) => app.inject({ url: '/v1/users/me' }));
    expect(response.statusCode).toBe(401);
    expect(response.json()).toEqual({
      error: 'AUTHENTICATION_FAILED',
      message: 'Sign in: a valid bearer token is required.',
      details: {},
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
      status_code: 401,
    });
  });
});

describe('parameters that are wrong', () => {
  it('are all named at once, each with its place', async () => {
    const query = 'page=0&page_size=201&status=gone&sort_by=&search=%00';
    const response = await get({}, `${orgs}/nonsense/members?${query}`);
    expect(response.statusCode).toBe(422);
    const error = 'invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-], found `n` at 1';
    expect(response.json()).toEqual({
      detail: [
        { loc: ['path', 'org_uuid'], msg: `Input should be a valid UUID, ${error}`, type: 'uuid_parsing' },
        { loc: ['query', 'search'], msg: 'Value error, null characters are not allowed', type: 'value_error' },
        {
          loc: ['query', 'status'],
          msg: "Input should be 'invited', 'active', 'suspended' or 'removed'",
          type: 'enum',
        },
        { loc: ['query', 'sort_by'], msg: "Input should be 'display_name', 'email' or 'joined_at'", type: 'enum' },
        { loc: ['query', 'page'], msg: 'Input should be greater than or equal to 1', type: 'greater_than_equal' },
        { loc: ['query', 'page_size'], msg: 'Input should be less than or equal to 200', type: 'less_than_equal' },
      ],
    });
  });

  it.each(['1.5', '1e3', '', 'two', '0x10'])('refuses page=%s', async (page) => {
    const response = await get({}, `${orgs}?page=${page}`);
    expect(response.json().detail).toEqual([
      { loc: ['query', 'page'], msg: 'Input should be a valid integer, unable to parse string as an integer', type: 'int_parsing' },
    ]);
  });

  const members: readonly (readonly [string, unknown, string, string])[] = [
    ['base_version', null, 'int_type', 'Input should be a valid integer'],
    ['base_version', 1.5, 'int_from_float', 'Input should be a valid integer, got a number with a fractional part'],
    ['base_version', 2 ** 31, 'less_than_equal', 'Input should be less than or equal to 2147483647'],
    ['name', 5, 'string_type', 'Input should be a valid string'],
    ['name', '', 'string_too_short', 'String should have at least 1 character'],
    ['name', 'x'.repeat(201), 'string_too_long', 'String should have at most 200 characters'],
    ['name', '\ud800', 'string_unicode', 'Input should be a valid string, unable to parse raw data as a unicode string'],
    ['slug', 'Not Kebab', 'string_pattern_mismatch', "String should match pattern '^[a-z0-9]+(?:-[a-z0-9]+)*$'"],
    ['contact_email', 'ada', 'value_error', 'value is not a valid email address: An email address must have an @-sign.'],
    ['account_type', 'STARTER', 'enum', "Input should be 'starter', 'professional' or 'enterprise'"],
  ];

  it.each(members)('refuses %s: %j as %s', async (name, value, type, msg) => {
    const response = await patch({}, `${orgs}/${id}`, { base_version: 1, [name]: value });
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({ detail: [{ loc: ['body', name], msg, type }] });
  });

  it('counts a character beyond the first plane once', async () => {
    const { calls, resolver } = recording({ org });
    const response = await patch({ updateOrg: resolver }, `${orgs}/${id}`, { base_version: 1, name: '😀'.repeat(200) });
    expect([response.statusCode, calls.length]).toEqual([200, 1]);
  });

  const bodies: readonly (readonly [string, string, Record<string, string>, object])[] = [
    ['no body', '', json, { loc: ['body'], msg: 'Field required', type: 'missing', input: null }],
    ['null', 'null', json, { loc: ['body'], msg: 'Field required', type: 'missing', input: null }],
    [
      'a list',
      '[]',
      json,
      { loc: ['body'], msg: 'Input should be a valid dictionary or object to extract fields from', type: 'model_attributes_type' },
    ],
    [
      'another content type',
      '{}',
      { ...json, 'content-type': 'text/plain' },
      { loc: ['body'], msg: 'Input should be a valid dictionary or object to extract fields from', type: 'model_attributes_type' },
    ],
    [
      'half a JSON text',
      '{"preferences": }',
      json,
      { loc: ['body', 16], msg: 'JSON decode error', type: 'json_invalid', input: {}, ctx: { error: 'Expecting value' } },
    ],
    ['no member', '{"a":1,"token":"x"}', json, { loc: ['body', 'preferences'], msg: 'Field required', type: 'missing', input: { a: 1 } }],
    [
      'a member of another type',
      '{"preferences":[1]}',
      json,
      { loc: ['body', 'preferences'], msg: 'Input should be a valid dictionary', type: 'dict_type', input: [1] },
    ],
  ];

  it.each(bodies)('names the fault of a body: %s', async (_what, payload, headers, issue) => {
    const response = await patch({}, '/v1/users/me/preferences', payload, headers);
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({ detail: [issue] });
  });

  it('refuses a body that is too large with a documented status', async () => {
    const response = await patch({}, `${orgs}/${id}`, { base_version: 1, name: 'x'.repeat(1 << 20) });
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({ detail: [{ loc: ['body'], msg: 'The request body is too large.', type: 'value_error' }] });
  });

  it('survives a body that is nested without end', async () => {
    const nested = await patch({}, '/v1/users/me/preferences', `{"preferences":{"a":${'['.repeat(4000)}${']'.repeat(4000)}}}`);
    const open = await patch({}, `${orgs}/${id}`, '['.repeat(100_000));
    expect([nested.statusCode, open.statusCode]).toEqual([422, 422]);
  });
});

describe('errors of a service', () => {
  const body = { base_version: 1, contact_email: 'ada@example.com' };

  const errors: readonly (readonly [string, Error, number, object])[] = [
    ['no such object', new NotFound('org', id), 404, { code: 'NOT_FOUND', detail: 'There is no such org.' }],
    ['a refusal', new Forbidden('platform.orgs.update'), 403, { code: 'FORBIDDEN' }],
    ['a conflict', new Conflict('Stale.', { currentVersion: 8 }), 409, { code: 'CONFLICT', details: { current_version: 8 } }],
    ['a dependency that is down', new Unavailable('Try again.', 3), 503, { code: 'UNAVAILABLE' }],
  ];

  it.each(errors)('answers %s', async (_what, error, status, shown) => {
    const response = await patch({ updateOrg: throwing(error) }, `${orgs}/${id}`, body);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ ...shown, trace_id: 'trace-1' });
    expect(response.headers['retry-after']).toBe(status === 503 ? '3' : undefined);
  });

  it('names the variable that fed the argument at fault', async () => {
    const error = new Invalid([
      { path: ['input', 'contactEmail'], message: 'Not reachable.', type: 'value_error' },
      { path: ['id'], message: 'Odd.', type: 'value_error' },
    ]);
    const response = await patch({ updateOrg: throwing(error) }, `${orgs}/${id}`, body);
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({
      detail: [
        { loc: ['body', 'contact_email'], msg: 'Not reachable.', type: 'value_error' },
        { loc: ['path', 'org_uuid'], msg: 'Odd.', type: 'value_error' },
      ],
    });
  });

  it('names a place inside a JSON object', async () => {
    const error = Invalid.field(['preferences', 'theme'], 'Unknown.', 'value_error', { known: ['dark'] });
    const response = await patch({ updateMyPreferences: throwing(error) }, '/v1/users/me/preferences', { preferences: { theme: 'x' } });
    expect(response.json()).toEqual({
      detail: [{ loc: ['body', 'preferences', 'theme'], msg: 'Unknown.', type: 'value_error', ctx: { known: ['dark'] } }],
    });
  });

  it('shows nothing of an internal error but the trace id', async () => {
    const platform = await patch({ updateOrg: throwing(new Error('secret at 10.0.0.1')) }, `${orgs}/${id}`, body);
    expect(platform.statusCode).toBe(500);
    expect(platform.json()).toMatchObject({ code: 'INTERNAL', trace_id: 'trace-1' });
    const v1 = await get({ me: throwing(new Error('secret at 10.0.0.1')) }, '/v1/users/me');
    expect(v1.json()).toMatchObject({ error: 'INTERNAL_SERVER_ERROR', status_code: 500, details: { trace_id: 'trace-1' } });
    expect(platform.body + v1.body).not.toContain('10.0.0.1');
  });

  it('takes a null for an object that does not exist', async () => {
    const response = await get({ org: () => null }, `${orgs}/${id}`);
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: 'NOT_FOUND', details: { resource_type: 'org', resource_id: id } });
  });

  it('words the errors of /v1 as its envelope, and a conflict as a 422', async () => {
    const refused = await get({ me: throwing(new Forbidden('users:update')) }, '/v1/users/me');
    const lost = await get({ me: throwing(new NotFound('user', id)) }, '/v1/users/me');
    const conflict = await get({ me: throwing(new Conflict('Taken.')) }, '/v1/users/me');
    expect(refused.json()).toMatchObject({ error: 'FORBIDDEN', details: { required_permission: 'users:update' }, status_code: 403 });
    expect(lost.json()).toMatchObject({ error: 'RESOURCE_NOT_FOUND', details: { resource_type: 'user', resource_id: id } });
    expect([conflict.statusCode, conflict.json()]).toEqual([
      422,
      { detail: [{ loc: ['body'], msg: 'Taken.', type: 'value_error', ctx: { error: 'Taken.' } }] },
    ]);
  });
});

describe('what is not served', () => {
  it('is a 404 or a 405 in the format of the surface', async () => {
    await withServer({}, async (app) => {
      const unknown = await app.inject({ url: '/api/v1/platform/nothing?a=1' });
      expect([unknown.statusCode, unknown.json().detail]).toEqual([404, 'There is no GET /api/v1/platform/nothing.']);
      const wrong = await app.inject({ method: 'PUT', url: `${orgs}/${id}`, payload: '{', headers: { 'content-type': 'text/x' } });
      expect([wrong.statusCode, wrong.headers.allow, wrong.json().code]).toEqual([405, 'GET, HEAD, PATCH', 'METHOD_NOT_ALLOWED']);
      const v1 = await app.inject({ url: '/v1/nothing' });
      expect(v1.json()).toMatchObject({ error: 'RESOURCE_NOT_FOUND', status_code: 404 });
    });
  });
});
