import { v7 as uuidv7 } from 'uuid';
import { anOrgAccess } from '../support/builders.js';
import type { Call } from './client.js';
import { contractOperation } from './operations.js';
import type { BreakableTable, Scene } from './scene.js';

/** One way to a documented status. */
export interface StatusCase {
  readonly status: number;
  /** Goes on from the status: `403 without platform.orgs.list`. */
  readonly when: string;
  readonly call: (scene: Scene) => Call | Promise<Call>;
  /** What the body says, at least. */
  readonly says?: object;
  /** Whether the call runs while the database does not fit the program, and by which of its tables; `users` where it is only said that. */
  readonly broken?: true | BreakableTable;
}

const pathIds = [
  'org_id',
  'workspace_id',
  'member_user_id',
  'org_uuid',
  'user_uuid',
  'user_id',
  'admin_uuid',
  'group_uuid',
  'assignment_uuid',
  'partner_uuid',
  'entry_uuid',
  'shard_uuid',
] as const;
/** Ids of nothing, for every path. */
export const nowhere = Object.fromEntries(pathIds.map((name) => [name, uuidv7()]));
export const noUuid = Object.fromEntries(pathIds.map((name) => [name, 'acme']));

export const anonymous: StatusCase = { status: 401, when: 'without a token', call: () => ({ params: nowhere }) };

/** The caller holds every permission but the one that the operation needs, so that no other one opens it. */
export function unpermitted(operationId: string): StatusCase {
  const permission = permissionOf(operationId);
  return {
    status: 403,
    when: `with every permission but ${permission}`,
    call: async (scene) => ({
      token: (await scene.holderOfAllBut(permission)).token,
      params: { ...nowhere, org_uuid: await scene.org(), ...someone(scene) },
    }),
    says: { code: 'FORBIDDEN', detail: `This needs the permission ${permission}.`, details: { required_permission: permission } },
  };
}

export function permissionOf(operationId: string): string {
  const { permission } = contractOperation(operationId);
  if (permission === undefined) throw new Error(`${operationId} needs no permission.`);
  return permission;
}

export const someone = (scene: Scene) => ({ user_uuid: scene.stranger.id });

/** A call by the first admin. */
export const byAdmin =
  (call: Call | ((scene: Scene) => Call | Promise<Call>)) =>
  async (scene: Scene): Promise<Call> => ({ token: scene.admin.token, ...(typeof call === 'function' ? await call(scene) : call) });

/** A call by someone who holds the operation's permission and no other. */
export function permitted(operationId: string, call: (scene: Scene) => Call | Promise<Call> = () => ({}), status = 200): StatusCase {
  const permission = permissionOf(operationId);
  return {
    status,
    when: `with ${permission} alone`,
    call: async (scene) => ({ token: (await scene.holderOf(permission)).token, ...(await call(scene)) }),
  };
}

export const absent = (when: string, body?: object): StatusCase => ({
  status: 404,
  when,
  call: byAdmin({ params: nowhere, body }),
  says: { code: 'NOT_FOUND' },
});

/** @param at where the fault is: the start of its `loc` */
export function invalid(when: string, at: readonly (string | number)[], call: Call | ((scene: Scene) => Call | Promise<Call>)): StatusCase {
  return { status: 422, when, call: byAdmin(call), says: { detail: [{ loc: at }] } };
}

export const badOrgId = (body?: object) => invalid('for an id that is no UUID', ['path', 'org_uuid'], { params: noUuid, body });
export const badUserId = (body?: object) => invalid('for an id that is no UUID', ['path', 'user_uuid'], { params: noUuid, body });
export const badPage = (params?: Call['params']) => invalid('for page 0', ['query', 'page'], { params, query: { page: 0 } });

export const anyOrg = async (scene: Scene): Promise<Call> => ({ params: { org_uuid: await scene.org({ members: [scene.stranger.id] }) } });

/** Cases of an operation on billing: it needs access to the org beside the permission. */
export function withoutOrgAccess(operationId: string, body?: object): StatusCase {
  return {
    status: 403,
    when: 'with the permission and without access to the org',
    call: async (scene) => ({ token: (await scene.holderOf(permissionOf(operationId))).token, ...(await anyOrg(scene)), body }),
    says: { code: 'FORBIDDEN', detail: 'This needs access to the org.' },
  };
}

export function withOrgAccess(operationId: string, body?: object): StatusCase {
  return {
    status: 200,
    when: `with ${permissionOf(operationId)} alone and access to the org`,
    call: async (scene) => {
      const { id, token } = await scene.holderOf(permissionOf(operationId));
      const org = await scene.org();
      await anOrgAccess(scene.gateway.database, id, org);
      return { token, params: { org_uuid: org }, body };
    },
  };
}
