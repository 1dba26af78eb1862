import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anOrg } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let other: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
  other = await testGateway({}, gateway.database);
});
afterAll(async () => {
  await other.close();
  await gateway.close();
});

const fields = `name slug accountType onboardingStatus maxLocations billingEmail contactEmail contactName contactPhone
  hqAddressLine1 hqAddressLine2 hqCity hqCountry hqPostalCode hqState internalNotes taxId website`;
const document = `mutation ($id: UUID!, $input: UpdateOrgInput!) { updateOrg(id: $id, input: $input) { org { version ${fields} } } }`;
const billingDocument = `mutation ($id: UUID!, $input: UpdateOrgBillingInput!) {
  updateOrgBilling(orgId: $id, input: $input) { billing { accountType maxLocations billingEmail } } }`;

interface Answer {
  readonly updateOrg: { readonly org: Readonly<Record<string, unknown>> };
}

function update(id: string, input: object, at = gateway) {
  return at.graphql<Answer, object>(document, { id, input }, { token: gateway.adminToken });
}

function updateBilling(id: string, input: object, at = gateway) {
  return at.graphql<object, object>(billingDocument, { id, input }, { token: gateway.adminToken });
}

async function orgOf(id: string) {
  const read = `query ($id: UUID!) { org(id: $id) { version ${fields} } }`;
  return (await gateway.graphql<{ org: Readonly<Record<string, unknown>> }, object>(read, { id }, { token: gateway.adminToken })).data?.org;
}

/** Entries of an org in their order, each with its before and after. */
function trailOf(id: string) {
  return gateway.database.db
    .selectFrom('platform_audit_log as l')
    .innerJoin('audit_outbox as o', 'o.entry_id', 'l.id')
    .select(['l.action', 'l.changed_fields', 'o.before', 'o.after'])
    .where('l.resource_id', '=', id)
    .orderBy('l.id')
    .execute();
}

const clearable = {
  billingEmail: 'bills@acme.example',
  contactEmail: 'hello@acme.example',
  contactName: 'Ada',
  contactPhone: '+1 555 0100',
  hqAddressLine1: '1 Main Street',
  hqAddressLine2: 'Floor 2',
  hqCity: 'Bern',
  hqCountry: 'CH',
  hqPostalCode: '3000',
  hqState: 'BE',
  internalNotes: 'pays late',
  taxId: 'CHE-1',
  website: 'https://acme.example',
};
const required = { name: 'Acme', slug: 'acme-kept', accountType: 'ENTERPRISE', onboardingStatus: 'COMPLETED', maxLocations: 7 };

describe('updateOrg', () => {
  it('changes what is named and leaves the rest, and null clears', async () => {
    const id = await anOrg(gateway.database);
    const all = { ...required, ...clearable };
    expect((await update(id, { baseVersion: 1, ...all })).data?.updateOrg.org).toEqual({ version: 2, ...all });
    expect((await update(id, { baseVersion: 2, hqCity: 'Basel' })).data?.updateOrg.org).toEqual({ version: 3, ...all, hqCity: 'Basel' });

    const cleared = Object.fromEntries(Object.keys(clearable).map((name) => [name, null]));
    expect((await update(id, { baseVersion: 3, ...cleared })).data?.updateOrg.org).toEqual({ version: 4, ...required, ...cleared });
    expect(await orgOf(id)).toEqual({ version: 4, ...required, ...cleared });
  });

  it.each(Object.keys(required))('names %s, which null can’t clear', async (name) => {
    const id = await anOrg(gateway.database);
    const { data, errors } = await update(id, { baseVersion: 1, hqCity: 'Bern', [name]: null });
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', name] }] });
    expect(await orgOf(id)).toMatchObject({ version: 1, hqCity: null });
    expect(await trailOf(id)).toEqual([]);
  });

  it('names every value that breaks a rule, at once', async () => {
    const id = await anOrg(gateway.database);
    const { errors } = await update(id, {
      baseVersion: 1,
      name: '',
      slug: 'Not Kebab',
      hqCity: 'x'.repeat(501),
      website: 'x'.repeat(2_049),
    });
    const issues = errors[0]?.extensions.issues as { path: unknown; type: string }[]; // the contract of BAD_USER_INPUT
    expect(issues.map(({ path, type }) => [path, type])).toEqual([
      [['input', 'name'], 'string_too_short'],
      [['input', 'slug'], 'string_pattern_mismatch'],
      [['input', 'hqCity'], 'string_too_long'],
      [['input', 'website'], 'string_too_long'],
    ]);
    expect((await update(id, { baseVersion: 1, maxLocations: 0 })).errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'maxLocations'] }],
    });
  });

  it.each(['-a', 'a-', 'a--b', 'ä', 'A', 'a b', 'a_b', 'a\n', 'x'.repeat(101), ''])('refuses the slug %j', async (slug) => {
    const id = await anOrg(gateway.database);
    const { errors } = await update(id, { baseVersion: 1, slug });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'slug'] }] });
  });

  it('counts characters, not their halves', async () => {
    const id = await anOrg(gateway.database);
    const name = '🏢'.repeat(200);
    expect((await update(id, { baseVersion: 1, name })).data?.updateOrg.org.name).toBe(name);
    expect((await update(id, { baseVersion: 2, name: `${name}.` })).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('says the current version to who comes with another', async () => {
    const id = await anOrg(gateway.database);
    await update(id, { baseVersion: 1, name: 'First' });
    for (const baseVersion of [1, 3, 0, -1]) {
      const { data, errors } = await update(id, { baseVersion, name: 'Second' });
      expect({ data, extensions: errors[0]?.extensions }).toEqual({
        data: null,
        extensions: { code: 'CONFLICT', resourceType: 'org', currentVersion: 2 },
      });
    }
    expect(await orgOf(id)).toMatchObject({ version: 2, name: 'First' });
    expect(await trailOf(id)).toHaveLength(1);
  });

  it('lets one of eight win who write at once, at two gateways, on one version', async () => {
    const id = await anOrg(gateway.database);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => update(id, { baseVersion: 1, name: `Writer ${i}` }, i % 2 ? gateway : other)),
    );
    const won = answers.flatMap(({ data }) => data?.updateOrg.org.name ?? []);
    expect(won).toHaveLength(1);
    for (const { errors } of answers.filter(({ data }) => !data)) {
      expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
    }
    expect(await orgOf(id)).toMatchObject({ version: 2, name: won[0] });
    expect(await trailOf(id)).toHaveLength(1);
  });

  it('gives a slug to one of those who take it at once, and names it to the others', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, () => anOrg(gateway.database)));
    const answers = await Promise.all(ids.map((id, i) => update(id, { baseVersion: 1, slug: 'wanted' }, i % 2 ? gateway : other)));
    expect(answers.filter(({ data }) => data)).toHaveLength(1);
    for (const { errors } of answers.filter(({ data }) => !data)) {
      expect(errors[0]?.extensions).toEqual({ code: 'CONFLICT', field: 'slug' });
    }
    const slugs = await Promise.all(ids.map(async (id) => (await orgOf(id))?.slug));
    expect(slugs.filter((slug) => slug === 'wanted')).toHaveLength(1);
    expect((await Promise.all(ids.map(trailOf))).flat()).toHaveLength(1);
  });

  it('lets an org keep its own slug', async () => {
    const id = await anOrg(gateway.database, { slug: 'mine' });
    expect((await update(id, { baseVersion: 1, slug: 'mine' })).errors).toEqual([]);
  });

  it('leaves one entry, with what was before and what is after', async () => {
    const id = await anOrg(gateway.database, { name: 'Before', slug: 'traced' });
    await update(id, { baseVersion: 1, name: 'After', taxId: 'T-1' });
    const state = { slug: 'traced', status: 'active', accountType: 'starter', maxLocations: 1, hqCity: null };
    expect(await trailOf(id)).toEqual([
      {
        action: 'org.update',
        changed_fields: ['name', 'taxId', 'version'],
        before: expect.objectContaining({ ...state, name: 'Before', taxId: null, version: 1 }),
        after: expect.objectContaining({ ...state, name: 'After', taxId: 'T-1', version: 2 }),
      },
    ]);
  });
});

describe('updateOrgBilling', () => {
  it('changes what is named, null clears the email alone, and the org’s version rises', async () => {
    const id = await anOrg(gateway.database);
    const set = await updateBilling(id, { accountType: 'PROFESSIONAL', maxLocations: 3, billingEmail: 'b@acme.example' });
    expect(set.data).toEqual({
      updateOrgBilling: { billing: { accountType: 'PROFESSIONAL', maxLocations: 3, billingEmail: 'b@acme.example' } },
    });
    const cleared = await updateBilling(id, { billingEmail: null });
    expect(cleared.data).toEqual({ updateOrgBilling: { billing: { accountType: 'PROFESSIONAL', maxLocations: 3, billingEmail: null } } });
    for (const name of ['accountType', 'maxLocations']) {
      expect((await updateBilling(id, { [name]: null })).errors[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: ['input', name] }],
      });
    }
    expect(await orgOf(id)).toMatchObject({ version: 3 });
    const changes = (await trailOf(id)).map(({ action, changed_fields }) => [action, changed_fields]);
    expect(changes).toEqual([
      ['org.update_billing', ['accountType', 'maxLocations', 'billingEmail', 'version']],
      ['org.update_billing', ['billingEmail', 'version']],
    ]);
  });

  it('races updateOrg for one version, and one of them wins', async () => {
    const id = await anOrg(gateway.database);
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, (_, i) => update(id, { baseVersion: 1, maxLocations: 10 + i }, other)),
      ...Array.from({ length: 4 }, (_, i) => updateBilling(id, { baseVersion: 1, maxLocations: 20 + i })),
    ]);
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.currentVersion))).toEqual(Array(7).fill(2));
    expect(await trailOf(id)).toHaveLength(1);
  });
});
