import { administrationCases } from './administrationCases.js';
import { auditCases } from './auditCases.js';
import { auditExportCases } from './auditExportCases.js';
import { impersonationCases } from './impersonationCases.js';
import { jobCases } from './jobCases.js';
import { orgCases } from './orgCases.js';
import { partnerCases } from './partnerCases.js';
import { shardCases } from './shardCases.js';
import {
  absent,
  anonymous,
  anyOrg,
  badOrgId,
  badPage,
  badUserId,
  byAdmin,
  invalid,
  nowhere,
  permitted,
  type StatusCase,
  someone,
  unpermitted,
  withOrgAccess,
  withoutOrgAccess,
} from './statusCaseKit.js';
import { v1AdminCases, v1AdminUnprovokable } from './v1AdminCases.js';
import { v1UserCases } from './v1UserCases.js';
import { workspaceCases } from './workspaceCases.js';

const everyOrgField = {
  base_version: 1,
  name: 'Acme Health',
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

const { base_version: _, ...orgAfterwards } = everyOrgField;

/** Each documented status of each served operation, by every way to it that is worth telling apart. */
export const statusCases: Readonly<Record<string, readonly StatusCase[]>> = {
  ...administrationCases,
  ...auditCases,
  ...auditExportCases,
  ...impersonationCases,
  ...orgCases,
  ...jobCases,
  ...partnerCases,
  ...v1AdminCases,
  ...v1UserCases,
  ...workspaceCases,
  ...shardCases,
  get_orgs: [
    permitted('get_orgs', async (scene) => {
      await scene.org();
      return {};
    }),
    anonymous,
    unpermitted('get_orgs'),
    badPage(),
    invalid('for a status that orgs do not have', ['query', 'status'], { query: { status: 'ACTIVE' } }),
  ],
  get_orgs_org_uuid: [
    permitted('get_orgs_org_uuid', anyOrg),
    anonymous,
    unpermitted('get_orgs_org_uuid'),
    absent('for an id that no org has'),
    badOrgId(),
  ],
  patch_orgs_org_uuid: [
    {
      ...permitted('patch_orgs_org_uuid', async (scene) => ({ ...(await anyOrg(scene)), body: everyOrgField })),
      says: { ...orgAfterwards, version: 2 },
    },
    anonymous,
    unpermitted('patch_orgs_org_uuid'),
    absent('for an id that no org has', { base_version: 1 }),
    {
      status: 409,
      when: 'for a base_version that is stale',
      call: byAdmin(async (scene) => ({ ...(await anyOrg(scene)), body: { base_version: 7, name: 'Late' } })),
      says: { code: 'CONFLICT', details: { current_version: 1 } },
    },
    {
      status: 409,
      when: 'for a slug that another org has',
      call: byAdmin(async (scene) => {
        await scene.org({ slug: 'taken' });
        return { ...(await anyOrg(scene)), body: { base_version: 1, slug: 'taken' } };
      }),
      says: { code: 'CONFLICT', details: { field: 'slug' } },
    },
    badOrgId({ base_version: 1 }),
    invalid('without base_version', ['body', 'base_version'], async (scene) => ({ ...(await anyOrg(scene)), body: { name: 'Acme' } })),
  ],
  get_orgs_org_uuid_members: [
    permitted('get_orgs_org_uuid_members', anyOrg),
    anonymous,
    unpermitted('get_orgs_org_uuid_members'),
    absent('for an id that no org has'),
    badOrgId(),
    badPage(nowhere),
  ],
  get_orgs_org_uuid_billing: [
    withOrgAccess('get_orgs_org_uuid_billing'),
    { status: 200, when: 'with access to every org', call: byAdmin(anyOrg) },
    anonymous,
    unpermitted('get_orgs_org_uuid_billing'),
    withoutOrgAccess('get_orgs_org_uuid_billing'),
    absent('for an id that no org has'),
    badOrgId(),
  ],
  patch_orgs_org_uuid_billing: [
    {
      ...withOrgAccess('patch_orgs_org_uuid_billing', {
        account_type: 'professional',
        max_locations: 3,
        billing_email: 'bills@acme.example',
      }),
      says: { account_type: 'professional', max_locations: 3, billing_email: 'bills@acme.example' },
    },
    anonymous,
    unpermitted('patch_orgs_org_uuid_billing'),
    withoutOrgAccess('patch_orgs_org_uuid_billing', { max_locations: 3 }),
    absent('for an id that no org has', { max_locations: 3 }),
    badOrgId({ max_locations: 3 }),
    invalid('for no locations', ['body', 'max_locations'], async (scene) => ({ ...(await anyOrg(scene)), body: { max_locations: 0 } })),
  ],
  get_users: [permitted('get_users'), anonymous, unpermitted('get_users'), badPage()],
  get_users_user_uuid: [
    permitted('get_users_user_uuid', async (scene) => {
      await scene.org({ members: [scene.stranger.id] });
      return { params: someone(scene) };
    }),
    anonymous,
    unpermitted('get_users_user_uuid'),
    absent('for an id that no user has'),
    badUserId(),
  ],
  patch_users_user_uuid: [
    {
      ...permitted('patch_users_user_uuid', async (scene) => ({
        params: { user_uuid: await scene.user() },
        body: { display_name: 'Ada Lovelace', email: 'ada@acme.example' },
      })),
      says: { display_name: 'Ada Lovelace', email: 'ada@acme.example' },
    },
    anonymous,
    unpermitted('patch_users_user_uuid'),
    absent('for an id that no user has', { display_name: 'Nobody' }),
    {
      status: 409,
      when: 'for an email that another user has, in other letters',
      call: byAdmin(async (scene) => {
        await scene.user({ email: 'taken@acme.example' });
        return { params: { user_uuid: await scene.user() }, body: { email: 'Taken@Acme.example' } };
      }),
      says: { code: 'CONFLICT', details: { field: 'email' } },
    },
    badUserId({ display_name: 'Ada' }),
    invalid('for an email that is none', ['body', 'email'], (scene) => ({ params: someone(scene), body: { email: 'ada' } })),
  ],
  get_me: [
    {
      status: 200,
      when: 'to anyone who is signed in',
      call: ({ stranger }) => ({ token: stranger.token }),
      says: { effective_permissions: [], groups: [] },
    },
    {
      status: 200,
      when: 'to an admin, with their groups',
      call: byAdmin({}),
      says: { has_platform_access: true, groups: [{ is_system: true }] },
    },
    anonymous,
  ],
  get_my_orgs: [
    {
      status: 200,
      when: 'to anyone who is signed in',
      call: async (scene) => {
        const user = await scene.user();
        await scene.org({ name: 'Mine', members: [user] });
        return { token: scene.gateway.tokenFor(user) };
      },
      says: { is_global: false, total: 1, items: [{ name: 'Mine' }] },
    },
    anonymous,
    badPage(),
  ],
  get_settings: [permitted('get_settings'), anonymous, unpermitted('get_settings')],
  patch_settings: [
    {
      ...permitted('patch_settings', () => ({ body: { impersonation_ttl_seconds: 60, default_account_type: null } })),
      says: { impersonation_ttl_seconds: 60, default_account_type: 'starter' },
    },
    anonymous,
    unpermitted('patch_settings'),
    invalid('for sessions of less than a minute', ['body', 'impersonation_ttl_seconds'], { body: { impersonation_ttl_seconds: 59 } }),
    invalid('for a mode that there is not', ['body', 'permission_enforcement'], { body: { permission_enforcement: 'off' } }),
  ],
  get_v1_users_me: [
    { status: 200, when: 'to anyone who is signed in', call: ({ stranger }) => ({ token: stranger.token }), says: { is_active: true } },
    { ...anonymous, says: { error: 'AUTHENTICATION_FAILED', status_code: 401 } },
    {
      status: 500,
      when: 'for a defect of ours',
      call: byAdmin({}),
      broken: true,
      says: { error: 'INTERNAL_SERVER_ERROR', status_code: 500 },
    },
  ],
  patch_v1_users_me_preferences: [
    {
      status: 200,
      when: 'to anyone who is signed in',
      call: ({ stranger }) => ({ token: stranger.token, body: { preferences: { theme: 'dark' } } }),
      says: { preferences: { theme: 'dark' } },
    },
    { ...anonymous, says: { error: 'AUTHENTICATION_FAILED', status_code: 401 } },
    invalid('for preferences that are no object', ['body', 'preferences'], { body: { preferences: ['dark'] } }),
    {
      status: 500,
      when: 'for a defect of ours',
      call: byAdmin({ body: { preferences: { theme: 'dark' } } }),
      broken: true,
      says: { error: 'INTERNAL_SERVER_ERROR', status_code: 500 },
    },
  ],
};

const ownAccount = 'Whoever has a valid token may see their own account, and has one.';

/** Documented statuses that no request can bring about, each with its reason. */
export const unprovokable: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  ...v1AdminUnprovokable,
  get_me: { 403: ownAccount, 404: ownAccount },
  get_my_orgs: { 403: 'It needs no permission, and lists only what the caller may reach.' },
  get_v1_users_me: { 403: ownAccount, 404: ownAccount, 422: 'It takes no parameter that could be wrong.' },
  patch_v1_users_me_preferences: { 403: ownAccount, 404: ownAccount },
};
