import { sql } from 'kysely';
import { lastingPermission } from '../access/changeAccess.js';
import type { Check } from './check.js';

const lastingAdmin: Check = {
  name: 'An admin can let others in, for good',
  async find({ db }) {
    const { rows } = await sql`/* fsck */ select from effective_permissions
      where permission = ${lastingPermission} and expires_at is null limit 1`.execute(db);
    return rows.length > 0 ? [] : [`Nobody holds ${lastingPermission} for good.`];
  },
};

const ownedWorkspaces: Check = {
  name: 'Each workspace that has members has an owner',
  async find({ db }) {
    const { rows } = await sql<{ id: string }>`/* fsck */ select w.public_id as id from workspaces w
      where exists (select from workspace_members m where m.workspace_id = w.id)
        and not exists (select from workspace_members m where m.workspace_id = w.id and m.role = 'owner') order by w.id`.execute(db);
    return rows.map(({ id }) => `The workspace ${id} has members and no owner.`);
  },
};

const memberNames: Check = {
  name: 'Each membership is listed by its user’s name',
  async find({ db }) {
    const { rows } = await sql<{ id: string }>`/* fsck */ select m.public_id as id from org_memberships m join users u on u.id = m.user_id
      where m.member_name <> lower(u.display_name) order by m.id`.execute(db);
    return rows.map(({ id }) => `The membership ${id} is listed by another name than its user's.`);
  },
};

export const accessChecks: readonly Check[] = [lastingAdmin, ownedWorkspaces, memberNames];
