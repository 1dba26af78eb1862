import type { Scene } from './scene.js';
import { absent, anonymous, badPage, byAdmin, invalid, noUuid, permitted, type StatusCase, unpermitted } from './statusCaseKit.js';

let count = 0;
const freshSlug = () => {
  count += 1;
  return `partner-${count}`;
};

/** A partner that the admin makes through the surface itself. */
export async function aPartner({ call, admin }: Scene): Promise<{ id: string; slug: string }> {
  const { body } = await call('post_partners', { token: admin.token, body: { name: 'Partner', slug: freshSlug() } });
  return body;
}

const conflict = (when: string, call: StatusCase['call']): StatusCase => ({ status: 409, when, call, says: { code: 'CONFLICT' } });
const badId = (body?: object) => invalid('for an id that is no UUID', ['path', 'partner_uuid'], { params: noUuid, body });
const one = async (scene: Scene) => ({ params: { partner_uuid: (await aPartner(scene)).id } });

const everyField = {
  name: 'Lab Link',
  partner_type: 'technology',
  display_name: 'Lab Link AG',
  description: 'Brings results.',
  website: 'https://lab.example',
  logo_url: 'https://lab.example/logo.svg',
  contact_name: 'Lin Lab',
  contact_email: 'lin@lab.example',
  contact_phone: '+41 44 000 00 00',
  extra_data: { regions: ['eu'], nested: { a: 1 } },
};

/** The operations of partners. */
export const partnerCases: Readonly<Record<string, readonly StatusCase[]>> = {
  get_partners: [
    {
      ...permitted('get_partners', async (scene) => {
        await aPartner(scene);
        return { query: { status: 'active', partner_type: 'integration', page: 1, page_size: 1 } };
      }),
      says: { page: 1, page_size: 1, items: [{ status: 'active', partner_type: 'integration' }] },
    },
    anonymous,
    unpermitted('get_partners'),
    badPage(),
  ],
  post_partners: [
    {
      ...permitted('post_partners', () => ({ body: { ...everyField, slug: freshSlug(), internal_notes: 'Pays well.' } }), 201),
      says: { ...everyField, status: 'active', version: 1 },
    },
    anonymous,
    unpermitted('post_partners'),
    conflict(
      'for a slug that another partner has',
      byAdmin(async (scene) => ({ body: { name: 'Twin', slug: (await aPartner(scene)).slug } })),
    ),
    invalid('for a slug that is none', ['body', 'slug'], { body: { name: 'X', slug: 'No Slug' } }),
  ],
  get_partners_partner_uuid: [
    permitted('get_partners_partner_uuid', one),
    anonymous,
    unpermitted('get_partners_partner_uuid'),
    absent('for a partner that there is not'),
    badId(),
  ],
  patch_partners_partner_uuid: [
    {
      ...permitted('patch_partners_partner_uuid', async (scene) => ({
        ...(await one(scene)),
        body: { base_version: 1, ...everyField, status: 'inactive' },
      })),
      says: { ...everyField, status: 'inactive', version: 2 },
    },
    anonymous,
    unpermitted('patch_partners_partner_uuid'),
    absent('for a partner that there is not', { base_version: 1 }),
    conflict(
      'for a stale version',
      byAdmin(async (scene) => ({ ...(await one(scene)), body: { base_version: 9 } })),
    ),
    conflict(
      'for a slug that another partner has',
      byAdmin(async (scene) => ({ ...(await one(scene)), body: { base_version: 1, slug: (await aPartner(scene)).slug } })),
    ),
    badId({ base_version: 1 }),
  ],
  post_partners_partner_uuid_archive: [
    { ...permitted('post_partners_partner_uuid_archive', one), says: { status: 'archived', version: 2 } },
    anonymous,
    unpermitted('post_partners_partner_uuid_archive'),
    absent('for a partner that there is not'),
    badId(),
  ],
};
