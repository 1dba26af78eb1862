import type { Call } from './client.js';
import type { Scene } from './scene.js';
import { absent, anonymous, anyOrg, badOrgId, byAdmin, invalid, permitted, type StatusCase, unpermitted } from './statusCaseKit.js';

let count = 0;
const freshSlug = () => {
  count += 1;
  return `made-${count}`;
};

/** Whether the platform's own shard takes orgs, which no other one does here. */
async function letShardsTakeOrgs({ gateway }: Scene, isOpen: boolean): Promise<void> {
  await gateway.database.db.updateTable('shards').set({ is_active: isOpen }).where('dsn_ciphertext', 'is', null).execute();
}

/** An org that the admin makes through the surface itself: a real tenant. */
export async function aMadeOrg(scene: Scene, values: object = {}): Promise<{ id: string; slug: string }> {
  await letShardsTakeOrgs(scene, true);
  const { call, admin } = scene;
  const { body } = await call('post_orgs', { token: admin.token, body: { name: 'Made', slug: freshSlug(), ...values } });
  return body;
}

async function aSuspendedOrg(scene: Scene): Promise<Call> {
  const params = { org_uuid: (await aMadeOrg(scene)).id };
  await scene.call('post_orgs_org_uuid_suspend', { token: scene.admin.token, params });
  return { params };
}

const everyField = {
  name: 'Acme Health',
  account_type: 'enterprise',
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

/** The operations that make, close and delete orgs. */
export const orgCases: Readonly<Record<string, readonly StatusCase[]>> = {
  post_orgs: [
    {
      ...permitted('post_orgs', (scene) => ({ body: { ...everyField, slug: freshSlug(), admin_user_uuid: scene.stranger.id } }), 201),
      says: { ...everyField, status: 'active', onboarding_status: 'pending', version: 1 },
    },
    {
      ...permitted('post_orgs', () => ({ body: { name: 'Bare', slug: freshSlug(), website: null } }), 201),
      says: { status: 'active', account_type: 'starter', max_locations: 1, website: null },
    },
    anonymous,
    unpermitted('post_orgs'),
    {
      status: 409,
      when: 'for a slug that another org has',
      call: byAdmin(async (scene) => ({ body: { name: 'Twin', slug: (await aMadeOrg(scene)).slug } })),
      says: { code: 'CONFLICT', details: { field: 'slug' } },
    },
    invalid('for a slug that is none', ['body', 'slug'], { body: { name: 'X', slug: 'No Slug' } }),
    invalid('for no locations', ['body', 'max_locations'], { body: { name: 'X', slug: 'x', max_locations: 0 } }),
    invalid('for a first member who is not active', ['body', 'admin_user_uuid'], async (scene) => ({
      body: { name: 'X', slug: freshSlug(), admin_user_uuid: await scene.user({ status: 'deactivated' }) },
    })),
    {
      status: 503,
      when: 'where no shard has a free slot',
      call: byAdmin(async (scene) => {
        await letShardsTakeOrgs(scene, false);
        return { body: { name: 'Late', slug: freshSlug() } };
      }),
      says: { code: 'UNAVAILABLE', detail: 'No shard has a free slot.' },
    },
  ],
  post_orgs_org_uuid_suspend: [
    { ...permitted('post_orgs_org_uuid_suspend', anyOrg), says: { status: 'suspended', version: 2 } },
    anonymous,
    unpermitted('post_orgs_org_uuid_suspend'),
    absent('for an org that there is not'),
    badOrgId(),
    invalid('for an org that is suspended', ['path', 'org_uuid'], async (scene) => ({
      params: { org_uuid: await scene.org({ status: 'suspended' }) },
    })),
  ],
  delete_orgs_org_uuid: [
    permitted('delete_orgs_org_uuid', aSuspendedOrg, 204),
    anonymous,
    unpermitted('delete_orgs_org_uuid'),
    absent('for an org that there is not'),
    { status: 409, when: 'for an org that is not suspended', call: byAdmin(anyOrg), says: { code: 'CONFLICT' } },
    badOrgId(),
  ],
};
