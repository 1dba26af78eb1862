import { registerEnumType } from 'type-graphql';
import type { WorkspaceRole as Role } from '../access/workspaceRoles.js';

export const WorkspaceRole = { VIEWER: 'viewer', MEMBER: 'member', ADMIN: 'admin', OWNER: 'owner' } as const satisfies Record<string, Role>;
export type WorkspaceRole = Role;
registerEnumType(WorkspaceRole, {
  name: 'WorkspaceRole',
  description: 'What a member may do in a workspace: what the roles above allow, and more.',
  valuesConfig: {
    VIEWER: { description: 'See the workspace and its members.' },
    MEMBER: { description: 'Work in it.' },
    ADMIN: { description: 'Change it, and its members up to admins.' },
    OWNER: { description: 'Archive it, and change every member. A workspace keeps at least one owner.' },
  },
});

export const WorkspaceOrderField = { NAME: 'name', CREATED_AT: 'created_at' } as const;
export type WorkspaceOrderField = (typeof WorkspaceOrderField)[keyof typeof WorkspaceOrderField];
registerEnumType(WorkspaceOrderField, {
  name: 'WorkspaceOrderField',
  description: 'What workspaces can be ordered by. Names compare without case.',
});

export const WorkspaceMemberOrderField = { DISPLAY_NAME: 'display_name', EMAIL: 'email', ADDED_AT: 'added_at' } as const;
export type WorkspaceMemberOrderField = (typeof WorkspaceMemberOrderField)[keyof typeof WorkspaceMemberOrderField];
registerEnumType(WorkspaceMemberOrderField, {
  name: 'WorkspaceMemberOrderField',
  description: 'What the members of a workspace can be ordered by. Names and emails compare without case.',
});
