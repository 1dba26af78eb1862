import { type RawBuilder, sql } from 'kysely';

/** A table of objects that have a version, and what the trail tells of them. */
export interface Versioned {
  readonly type: string;
  /** With the alias `t`. */
  readonly from: RawBuilder<unknown>;
  /** What entries call the object. */
  readonly id: RawBuilder<string>;
  /** The row as JSON, by the names of the columns. */
  readonly row: RawBuilder<unknown>;
  /** Types by which entries tell of it. */
  readonly entryTypes: readonly string[];
  /** Actions that make one. */
  readonly creations: readonly string[];
  /** Actions that remove one, where it does not go with its org. */
  readonly removals?: readonly string[];
  /** Actions that raise the version and keep no state, since nothing of what the trail keeps has changed. */
  readonly silent?: readonly string[];
  /** Fields of a state that are another object's, or its id. */
  readonly foreign?: readonly string[];
  /** Whether one that was removed can be made again under the same id: what was told before its last making is of another row. */
  readonly canReturn?: true;
  /** Whether each version has an entry of the object's own. Memberships also follow what is done to their user. */
  readonly isCounted: boolean;
}

const publicId = sql<string>`t.public_id::text`;
const row = sql`to_jsonb(t)`;

/** Deleted users are left out: their last entry tells of the deletion, and has no state after it. */
export const versioned: readonly Versioned[] = [
  {
    type: 'org',
    from: sql`orgs t`,
    id: publicId,
    row,
    entryTypes: ['org'],
    creations: ['org.create'],
    removals: ['org.delete'],
    isCounted: true,
  },
  {
    type: 'user',
    from: sql`(select ctid, * from users where deleted_at is null) t`,
    id: publicId,
    row: sql`to_jsonb(t) - 'password_hash' - 'ctid'`,
    entryTypes: ['user', 'admin'],
    creations: ['user.create', 'admin.create'],
    removals: ['user.delete'],
    silent: ['user.change_password', 'user.reset_password', 'user.verify_email'],
    isCounted: true,
  },
  {
    type: 'group',
    from: sql`groups t`,
    id: publicId,
    row: sql`to_jsonb(t) || jsonb_build_object('permissions',
      array(select p.permission from group_permissions p where p.group_id = t.id order by p.permission))`,
    entryTypes: ['group'],
    creations: ['group.create'],
    isCounted: true,
  },
  { type: 'partner', from: sql`partners t`, id: publicId, row, entryTypes: ['partner'], creations: ['partner.create'], isCounted: true },
  {
    type: 'shard',
    from: sql`shards t`,
    id: publicId,
    row: sql`to_jsonb(t) - 'dsn_ciphertext'`,
    entryTypes: ['shard'],
    creations: ['shard.create'],
    silent: ['shard.rotate_key'],
    isCounted: true,
  },
  {
    type: 'workspace',
    from: sql`workspaces t`,
    id: publicId,
    row,
    entryTypes: ['workspace'],
    creations: ['workspace.create'],
    isCounted: true,
  },
  {
    type: 'workspace_member',
    from: sql`workspace_members t`,
    id: sql<string>`(select w.public_id from workspaces w where w.id = t.workspace_id) || '/' || (select u.public_id from users u where u.id = t.user_id)`,
    row,
    entryTypes: ['workspace_member'],
    creations: ['workspace_member.add'],
    removals: ['workspace_member.remove'],
    foreign: ['workspaceId', 'userId', 'email'],
    canReturn: true,
    isCounted: true,
  },
  {
    type: 'org_membership',
    from: sql`org_memberships t`,
    id: publicId,
    row,
    entryTypes: ['org_membership'],
    creations: [],
    foreign: ['orgId', 'userId', 'email'],
    isCounted: false,
  },
  {
    type: 'audit_view',
    from: sql`audit_views t`,
    id: publicId,
    row,
    entryTypes: ['audit_view'],
    creations: ['audit_view.create'],
    removals: ['audit_view.delete'],
    isCounted: true,
  },
  {
    type: 'settings',
    // They are as old as the platform.
    from: sql`(select ctid, *, (case when exists (select from audit_drops) then '-infinity' else 'infinity' end)::timestamptz as created_at
      from settings) t`,
    id: sql<string>`'settings'`,
    row: sql`to_jsonb(t) - 'ctid' - 'id' - 'created_at'`,
    entryTypes: ['settings'],
    creations: [],
    isCounted: true,
  },
];
