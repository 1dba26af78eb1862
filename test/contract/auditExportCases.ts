import { anonymous, byAdmin, invalid, permitted, type StatusCase, unpermitted } from './statusCaseKit.js';

/** The export of the trail. */
export const auditExportCases: Readonly<Record<string, readonly StatusCase[]>> = {
  get_audit_export: [
    permitted('get_audit_export'),
    {
      status: 200,
      when: 'with every filter',
      call: byAdmin((scene) => ({
        query: new URLSearchParams([
          ['org_uuid', scene.stranger.id],
          ['actor_id', 'system'],
          ['action', 'org.update'],
          ['action', 'org.create'],
          ['resource_type', 'org'],
          ['search', 'acme'],
          ['start_date', '2026-01-01'],
          ['end_date', '2026-01-31T12:00:00Z'],
        ]).toString(),
      })),
    },
    anonymous,
    unpermitted('get_audit_export'),
    invalid('for a start that is no time', ['query', 'start_date'], { query: { start_date: 'yesterday' } }),
    invalid('for an org that is no UUID', ['query', 'org_uuid'], { query: { org_uuid: 'acme' } }),
  ],
};
