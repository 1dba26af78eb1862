import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RestAnswer } from '../support/gateway.js';
import { aScene, type Scene } from './scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await aScene();
});
afterAll(() => scene.close());

function patchOrg(org: string, body: unknown): Promise<RestAnswer> {
  return scene.call('patch_orgs_org_uuid', { token: scene.admin.token, params: { org_uuid: org }, body });
}

function patchBilling(org: string, body: unknown): Promise<RestAnswer> {
  return scene.call('patch_orgs_org_uuid_billing', { token: scene.admin.token, params: { org_uuid: org }, body });
}

function patchUser(user: string, body: unknown): Promise<RestAnswer> {
  return scene.call('patch_users_user_uuid', { token: scene.admin.token, params: { user_uuid: user }, body });
}

async function orgNow(org: string) {
  const { body } = await scene.call('get_orgs_org_uuid', { token: scene.admin.token, params: { org_uuid: org } });
  return body;
}

const filled = {
  name: 'Acme Health',
  slug: 'acme-health',
  account_type: 'enterprise',
  onboarding_status: 'in_progress',
  max_locations: 12,
  billing_email: 'bills@acme.example',
  contact_email: 'hello@acme.example',
  contact_name: 'Ada Acme',
  contact_phone: '+41 44 000 00 00',
  hq_address_line1: 'Bahnhofstrasse 1',
  hq_address_line2: '2nd floor',
  hq_city: 'Zürich',
  hq_country: 'CH',
  hq_postal_code: '8001',
  hq_state: 'ZH',
  internal_notes: 'Pays late.',
  tax_id: 'CHE-123.456.789',
  website: 'https://acme.example',
};

/** An org at version 2, each of whose fields has a value. */
async function aFilledOrg(slug: string): Promise<string> {
  const org = await scene.org();
  const { status } = await patchOrg(org, { base_version: 1, ...filled, slug });
  expect(status).toBe(200);
  return org;
}

/** An org without what every change of it changes. */
function lasting({ version: _, updated_at: __, ...org }: Record<string, unknown>) {
  return org;
}

/** What a 422 says is wrong, as `body.slug: string_too_long`. */
function faultsOf({ status, body }: RestAnswer): string[] {
  expect(status).toBe(422);
  const detail: { loc: (string | number)[]; type: string }[] = body.detail;
  return detail.map(({ loc, type }) => `${loc.join('.')}: ${type}`);
}

describe('a change of an org', () => {
  it('leaves each field alone that is null', async () => {
    const org = await aFilledOrg('null-fields');
    const before = await orgNow(org);
    const nulls = Object.fromEntries(Object.keys(filled).map((name) => [name, null]));
    const { status, body } = await patchOrg(org, { base_version: 2, ...nulls });
    expect(status).toBe(200);
    expect(lasting(body)).toEqual(lasting(before));
  });

  it('leaves each field alone that is absent', async () => {
    const org = await aFilledOrg('absent-fields');
    const before = await orgNow(org);
    const { body } = await patchOrg(org, { base_version: 2, hq_city: 'Bern' });
    expect(lasting(body)).toEqual({ ...lasting(before), hq_city: 'Bern' });
    expect(lasting(await orgNow(org))).toEqual(lasting(body));
  });

  it('moves the version on by one, and the time of the last change', async () => {
    const org = await scene.org();
    const before = await orgNow(org);
    const { body } = await patchOrg(org, { base_version: 1, name: 'Later' });
    expect([before.version, body.version]).toEqual([1, 2]);
    expect(Date.parse(body.updated_at)).toBeGreaterThan(Date.parse(before.updated_at));
    expect(body.created_at).toBe(before.created_at);
  });

  it('is refused whole where its base_version is stale or ahead, and says the current one', async () => {
    const org = await aFilledOrg('stale');
    const before = await orgNow(org);
    for (const base_version of [1, 3]) {
      const { status, body } = await patchOrg(org, { base_version, name: 'Lost' });
      expect({ status, details: body.details }).toEqual({ status: 409, details: { resource_type: 'org', current_version: 2 } });
    }
    expect(await orgNow(org)).toEqual(before);
  });

  it('is won by one of ten that race each other', async () => {
    const org = await scene.org();
    const answers = await Promise.all([...Array(10).keys()].map((i) => patchOrg(org, { base_version: 1, name: `Racer ${i}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
    expect((await orgNow(org)).version).toBe(2);
  });

  it('is refused whole where its slug is taken, and accepted where it is the org’s own', async () => {
    await scene.org({ slug: 'somebody-elses' });
    const org = await aFilledOrg('its-own');
    const before = await orgNow(org);
    const { status, body } = await patchOrg(org, { base_version: 2, slug: 'somebody-elses', name: 'Lost' });
    expect({ status, details: body.details }).toEqual({ status: 409, details: { field: 'slug' } });
    expect(await orgNow(org)).toEqual(before);
    expect((await patchOrg(org, { base_version: 2, slug: 'its-own' })).status).toBe(200);
  });

  it('takes each documented spelling of an enum and gives it back', async () => {
    const org = await scene.org();
    const spellings = [
      ...['starter', 'professional', 'enterprise'].map((account_type) => ({ account_type })),
      ...['pending', 'in_progress', 'completed'].map((onboarding_status) => ({ onboarding_status })),
    ];
    let base_version = 0;
    for (const change of spellings) {
      base_version += 1;
      expect((await patchOrg(org, { base_version, ...change })).body).toMatchObject(change);
      expect(await orgNow(org)).toMatchObject(change);
    }
  });

  it.each([
    ['an enum in capitals', { account_type: 'ENTERPRISE' }, 'body.account_type: enum'],
    ['an enum with a hyphen', { onboarding_status: 'in-progress' }, 'body.onboarding_status: enum'],
    ['an enum that is a number', { account_type: 1 }, 'body.account_type: enum'],
    ['no locations', { max_locations: 0 }, 'body.max_locations: greater_than_equal'],
    ['half a location', { max_locations: 1.5 }, 'body.max_locations: int_from_float'],
    ['a slug in capitals', { slug: 'Acme' }, 'body.slug: string_pattern_mismatch'],
    ['a slug that ends with a hyphen', { slug: 'acme-' }, 'body.slug: string_pattern_mismatch'],
    ['a slug with a line end', { slug: 'acme\n' }, 'body.slug: string_pattern_mismatch'],
    ['a slug of 101 characters', { slug: 'a'.repeat(101) }, 'body.slug: string_too_long'],
    ['an email that is none', { billing_email: 'bills' }, 'body.billing_email: value_error'],
    ['a name that is a number', { name: 7 }, 'body.name: string_type'],
    ['a name of 201 characters', { name: 'é'.repeat(201) }, 'body.name: string_too_long'],
    ['NUL in a name', { name: 'Ac\u0000me' }, 'body.name: value_error'],
    ['half a surrogate pair in a name', { name: 'Ac\ud83dme' }, 'body.name: string_unicode'],
    ['a base_version that is null', { base_version: null }, 'body.base_version: int_type'],
    ['a base_version beyond 32 bits', { base_version: 2 ** 31 }, 'body.base_version: less_than_equal'],
  ])('is refused for %s', async (_what, change, fault) => {
    const org = await scene.org();
    expect(faultsOf(await patchOrg(org, { base_version: 1, ...change }))).toEqual([fault]);
    expect((await orgNow(org)).version).toBe(1);
  });

  it('names every value at fault at once', async () => {
    const answer = await patchOrg('acme', { name: 7, slug: 'A', account_type: 'gold' });
    expect(faultsOf(answer).sort()).toEqual([
      'body.account_type: enum',
      'body.base_version: missing',
      'body.name: string_type',
      'body.slug: string_pattern_mismatch',
      'path.org_uuid: uuid_parsing',
    ]);
  });

  it('keeps every character of a text', async () => {
    const org = await scene.org();
    const texts = {
      name: 'Ärzte 👩‍⚕️ \u202eדוגמה Ǆ e\u0301 — 100%_\\',
      contact_name: `O'Brien "Bobby"; drop table orgs; --`,
      internal_notes: 'one\ntwo\r\n\tthree \u2028 \u{10ffff}',
      hq_city: '\u0001',
    };
    expect((await patchOrg(org, { base_version: 1, ...texts })).body).toMatchObject(texts);
    expect(await orgNow(org)).toMatchObject(texts);
  });

  it('counts characters and not code units: 200 that take two each make a name', async () => {
    const name = '👩'.repeat(200);
    expect((await patchOrg(await scene.org(), { base_version: 1, name })).body.name).toBe(name);
  });

  it('ignores members that it does not know', async () => {
    const org = await scene.org();
    const { status, body } = await patchOrg(
      org,
      '{"base_version": 1, "status": "suspended", "version": 9, "__proto__": {"name": "x"}, "id": 3}',
    );
    expect({ status, id: body.id, version: body.version, state: body.status }).toEqual({
      status: 200,
      id: org,
      version: 2,
      state: 'active',
    });
    expect(body.name).not.toBe('x');
  });
});

describe('a change of an org’s billing', () => {
  it('shows in the org, and moves its version on', async () => {
    const org = await aFilledOrg('billed');
    const change = { account_type: 'starter', max_locations: 99, billing_email: 'new@acme.example' };
    expect((await patchBilling(org, change)).body).toEqual({ org_id: org, ...change, version: 3 });
    expect(await orgNow(org)).toMatchObject({ ...change, version: 3, name: filled.name });
  });

  it('leaves alone what is null or absent', async () => {
    const org = await aFilledOrg('billed-less');
    const { body } = await patchBilling(org, { account_type: null, billing_email: null });
    const { account_type, max_locations, billing_email } = filled;
    expect(body).toEqual({ org_id: org, account_type, max_locations, billing_email, version: 3 });
    expect((await patchBilling(org, {})).body).toEqual({ ...body, version: 4 });
  });

  it('makes a base_version stale that was read before it', async () => {
    const org = await scene.org();
    await patchBilling(org, { max_locations: 2 });
    expect((await patchOrg(org, { base_version: 1, name: 'Late' })).status).toBe(409);
  });
});

describe('a change of a user', () => {
  it('leaves alone what is null or absent', async () => {
    const user = await scene.user({ displayName: 'Ada', email: 'ada@kept.example' });
    const { body } = await patchUser(user, { display_name: null, email: null });
    expect(body).toMatchObject({ display_name: 'Ada', email: 'ada@kept.example' });
    expect((await patchUser(user, {})).body).toEqual({ ...body, version: 3 });
    expect((await patchUser(user, { display_name: 'Ada L.' })).body).toEqual({ ...body, display_name: 'Ada L.', version: 4 });
  });

  it('is refused whole where another user has the email, whatever its case', async () => {
    await scene.user({ email: 'grace@taken.example' });
    const user = await scene.user({ displayName: 'Ada', email: 'ada@whole.example' });
    const { status, body } = await patchUser(user, { email: 'GRACE@taken.example', display_name: 'Lost' });
    expect({ status, details: body.details }).toEqual({ status: 409, details: { field: 'email' } });
    const now = await scene.call('get_users_user_uuid', { token: scene.admin.token, params: { user_uuid: user } });
    expect(now.body).toMatchObject({ display_name: 'Ada', email: 'ada@whole.example' });
  });

  it('takes their own email in other letters', async () => {
    const user = await scene.user({ email: 'ada@own.example' });
    expect((await patchUser(user, { email: 'Ada@own.example' })).body.email).toBe('Ada@own.example');
  });

  it.each([
    ['an empty name', { display_name: '' }, 'body.display_name: string_too_short'],
    ['an email without a domain', { email: 'ada@' }, 'body.email: value_error'],
    [
      'an email of 255 characters',
      { email: `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example` },
      'body.email: string_too_long',
    ],
  ])('is refused for %s', async (_what, change, fault) => {
    expect(faultsOf(await patchUser(scene.stranger.id, change))).toEqual([fault]);
  });
});

describe('a change of one’s preferences', () => {
  it('merges, and a null removes (RFC 7396)', async () => {
    const token = scene.gateway.tokenFor(await scene.user());
    const merge = async (preferences: unknown) =>
      (await scene.call('patch_v1_users_me_preferences', { token, body: { preferences } })).body.preferences;
    await merge({ theme: 'dark', list: [1, 2], panel: { left: true, right: { width: 3 } } });
    expect(await merge({ theme: null, list: [3], panel: { right: { width: 4, unit: 'em' } }, more: '👩' })).toEqual({
      list: [3],
      panel: { left: true, right: { width: 4, unit: 'em' } },
      more: '👩',
    });
    expect((await scene.call('get_v1_users_me', { token })).body.preferences).toMatchObject({ more: '👩' });
  });

  it.each([
    ['absent', {}],
    ['null', { preferences: null }],
    ['a list', { preferences: [] }],
    ['NUL in a key', { preferences: { 'a\u0000': 1 } }],
    ['half a surrogate pair in a value', { preferences: { a: ['\udc00'] } }],
    ['larger than 64 KB', { preferences: { a: 'x'.repeat(70_000) } }],
  ])('is refused where they are %s', async (_what, body) => {
    const answer = await scene.call('patch_v1_users_me_preferences', { token: scene.stranger.token, body });
    expect(faultsOf(answer)).toEqual([expect.stringMatching(/^body\.preferences/)]);
  });
});
