import { expect } from '@jest/globals';
import { sql } from 'kysely';
import type { Race, Round, Track } from './kit.js';

interface Admin {
  readonly id: string;
  readonly assignment: string;
  readonly group: string;
}

/**
 * Ways in which an admin loses what only the last ones have, as documents over $admin, $assignment and $group. Archiving a group is none: it is
 * refused while anybody has it.
 */
const waysOut = {
  revoked: 'mutation ($admin: UUID!) { revokeAdmin(id: $admin) { admin { id } } }',
  unassigned: 'mutation ($admin: UUID!, $assignment: UUID!) { unassignGroup(adminId: $admin, assignmentId: $assignment) { removedId } }',
  expiring: `mutation ($admin: UUID!, $assignment: UUID!) {
    setAssignmentExpiry(adminId: $admin, assignmentId: $assignment, expiresAt: "2099-01-01T00:00:00Z") { assignment { id } } }`,
  deactivated: 'mutation ($admin: UUID!) { deactivateUser(id: $admin) { user { id } } }',
  deleted: 'mutation ($admin: UUID!) { deleteUser(id: $admin) { deletedId } }',
  narrowed: `mutation ($group: UUID!) {
    updateGroup(id: $group, input: { baseVersion: 1, removePermissions: ["platform.admins.create"] }) { group { id } } }`,
} as const;
const ways = Object.keys(waysOut) as (keyof typeof waysOut)[]; // keys of the object above
const pairs = ways.flatMap((one, i) => ways.slice(i).map((other) => [one, other] as const));

const makeGroup = `mutation ($name: String!) {
  createGroup(input: { name: $name, permissions: ["platform.admins.create"] }) { group { id } } }`;
const makeAdmin = `mutation ($name: String!, $email: EmailAddress!, $group: UUID!) {
  createAdmin(input: { displayName: $name, email: $email, groupId: $group }) { admin { id assignments { id } } } }`;
const setExpiry = `mutation ($admin: UUID!, $assignment: UUID!, $at: DateTime) {
  setAssignmentExpiry(adminId: $admin, assignmentId: $assignment, expiresAt: $at) { assignment { id } } }`;

async function anAdmin({ make }: Track, round: Round, which: string): Promise<Admin> {
  const name = `${round.name}-${which}`;
  const group: string = (await make(makeGroup, { name })).createGroup.group.id;
  const { admin } = (await make(makeAdmin, { name, email: `${name}@test.example`, group })).createAdmin;
  return { id: admin.id, assignment: admin.assignments[0].id, group };
}

/** How many hold for good what it takes to let others in, by the tables and not by the view that decides. */
async function lastingAdmins({ database }: Track): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select distinct u.public_id as id from users u
    join group_assignments a on a.user_id = u.id join groups g on g.id = a.group_id join group_permissions p on p.group_id = g.id
    where p.permission = 'platform.admins.create' and u.has_platform_access and u.status = 'active' and u.deleted_at is null
      and a.expires_at is null and a.suspended_at is null and g.status = 'active'`.execute(database.db);
  return rows.map(({ id }) => id);
}

/** Who is left over from the round before. */
let left: string | undefined;
let ownAssignments: string[] = [];

/** The last two for good lose their place at once, by every pair of ways: one of them keeps it. */
export const lastAdmin: Race = {
  name: 'the last two admins, by every pair of ways',
  rounds: pairs.length,
  async prepare(track) {
    const found = await track.make('query ($id: UUID!) { admin(id: $id) { assignments { id } } }', { id: track.admin });
    ownAssignments = found.admin.assignments.map(({ id }: { id: string }) => id);
  },
  async run(track, round) {
    const [one, other] = pairs[round.number % pairs.length] ?? [];
    if (!one || !other) throw new Error('There is no such pair.');
    const [a, b] = [await anAdmin(track, round, 'a'), await anAdmin(track, round, 'b')];
    if (left) await track.make(waysOut.revoked, { admin: left });
    else
      for (const assignment of ownAssignments) {
        await track.make(setExpiry, { admin: track.admin, assignment, at: '2099-01-01T00:00:00Z' });
      }
    expect((await lastingAdmins(track)).sort()).toEqual([a.id, b.id].sort());
    const lose = async (gateway: number, way: keyof typeof waysOut, admin: Admin) => {
      await round.stagger();
      const { id, assignment, group } = admin;
      return (await track.graphql(gateway, waysOut[way], { admin: id, assignment, group })).code;
    };
    const codes = await Promise.all([lose(round.number, one, a), lose(round.number + 1, other, b)]);
    const remaining = await lastingAdmins(track);
    const came = { codes: [...codes].sort(), remaining: remaining.length };
    expect({ one, other, ...came }).toEqual({ one, other, codes: ['LOCKOUT', 'done'], remaining: 1 });
    [left] = remaining;
    return codes[0] === 'done' ? 'the first lost it' : 'the second lost it';
  },
  async tidy(track) {
    for (const assignment of ownAssignments) await track.make(setExpiry, { admin: track.admin, assignment, at: null });
  },
};
