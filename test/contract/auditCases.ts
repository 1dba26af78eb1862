import type { Scene } from './scene.js';
import { absent, anonymous, badPage, byAdmin, invalid, noUuid, permitted, type StatusCase, unpermitted } from './statusCaseKit.js';

/** An entry that a change of the admin's leaves. @returns its id, and the org that it is of */
async function anEntry(scene: Scene): Promise<{ id: string; orgId: string }> {
  const orgId = await scene.org();
  await scene.call('patch_orgs_org_uuid', {
    token: scene.admin.token,
    params: { org_uuid: orgId },
    body: { base_version: 1, name: 'Acme Health' },
  });
  const entry = (await scene.entries()).find((each) => each.org_id === orgId);
  return { id: entry?.id ?? 'no entry was left', orgId };
}

/** The operations of the trail. */
export const auditCases: Readonly<Record<string, readonly StatusCase[]>> = {
  get_audit: [
    {
      ...permitted('get_audit', async (scene) => {
        const { orgId } = await anEntry(scene);
        const today = new Date().toISOString().slice(0, 10);
        const filter = {
          org_uuid: orgId,
          actor_id: scene.admin.id,
          resource_type: 'org',
          search: 'ORG-',
          start_date: today,
          end_date: today,
        };
        return { query: `${new URLSearchParams(filter)}&action=org.update&action=org.create` };
      }),
      says: { total: 1, items: [{ action: 'org.update', actor_type: 'user', outcome: 'success' }] },
    },
    {
      status: 200,
      when: 'for each order',
      call: byAdmin(async (scene) => ({
        query: { org_uuid: (await anEntry(scene)).orgId, sort_by: 'resource_type', sort_order: 'asc', page: 1, page_size: 1 },
      })),
      says: { total: 1, items: [{ resource_type: 'org' }] },
    },
    {
      status: 200,
      when: 'for a time in which nothing was done',
      call: byAdmin({ query: { start_date: '1999-01-01', end_date: '1999-12-31T23:59:59.999999Z' } }),
      says: { total: 0, items: [] },
    },
    anonymous,
    unpermitted('get_audit'),
    badPage(),
    invalid('for a day that the calendar does not have', ['query', 'start_date'], { query: { start_date: '2026-02-30' } }),
    invalid('for an end that is no time', ['query', 'end_date'], { query: { end_date: 'tomorrow' } }),
    invalid('for an org that is no UUID', ['query', 'org_uuid'], { query: { org_uuid: 'acme' } }),
    invalid('for an order that entries do not have', ['query', 'sort_by'], { query: { sort_by: 'trace_id' } }),
  ],
  get_audit_stats: [
    {
      ...permitted('get_audit_stats', async (scene) => ({ query: { org_uuid: (await anEntry(scene)).orgId } })),
      says: {
        total_entries: 1,
        today_count: 1,
        active_actors_today: 1,
        by_action: { 'org.update': 1 },
        by_resource_type: [{ resource_type: 'org', count: 1 }],
      },
    },
    anonymous,
    unpermitted('get_audit_stats'),
    invalid('for a start that is no time', ['query', 'start_date'], { query: { start_date: '25:00' } }),
  ],
  get_audit_resource_types: [
    permitted('get_audit_resource_types', async (scene) => {
      await anEntry(scene);
      return {};
    }),
    anonymous,
    unpermitted('get_audit_resource_types'),
  ],
  get_audit_entry_uuid: [
    {
      ...permitted('get_audit_entry_uuid', async (scene) => ({ params: { entry_uuid: (await anEntry(scene)).id } })),
      says: { action: 'org.update', before: { version: 1 }, after: { version: 2, name: 'Acme Health' } },
    },
    anonymous,
    unpermitted('get_audit_entry_uuid'),
    absent('for an entry that there is not'),
    invalid('for an id that is no UUID', ['path', 'entry_uuid'], { params: noUuid }),
  ],
};
