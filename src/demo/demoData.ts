import { makeOrg } from './orgs.js';
import { createPast, type DemoActor } from './past.js';
import { makeAssignments, makeMemberships, makeUser } from './people.js';
import type { DemoData, DemoMembership } from './rows.js';
import { makeWorkspaceMembers, makeWorkspaces } from './workspaces.js';

export interface DemoSize {
  readonly orgs: number;
  readonly users: number;
}

/**
 * Makes up a small platform: orgs, their members and workspaces, a handful of admins, and the trail that making all of it
 * would have left. The same size gives the same names; ids and times depend on now.
 * @param now milliseconds; everything lies before it
 * @param admin who made it all
 */
export function makeDemoData(size: DemoSize, now: number, admin: DemoActor): DemoData {
  const past = createPast(now, admin);
  const orgs = Array.from({ length: size.orgs }, (_, i) => makeOrg(past, i));
  const people = Array.from({ length: size.users }, (_, i) => {
    const home = orgs[i % orgs.length];
    if (!home) throw new Error('Demo users need an org.');
    const user = makeUser(past, i, home);
    return { user, memberships: makeMemberships(past, user, i, home, orgs) };
  });
  const users = people.map(({ user }) => user);
  const memberships = people.flatMap((person) => person.memberships);

  const active = new Map<string, DemoMembership[]>(orgs.map((org) => [org.public_id, []]));
  for (const membership of memberships) if (membership.status === 'active') active.get(membership.org)?.push(membership);
  const workspaces = orgs.flatMap((org) => makeWorkspaces(past, org));
  const workspaceMembers = workspaces.flatMap((workspace) => makeWorkspaceMembers(past, workspace, active.get(workspace.org) ?? []));

  return { users, orgs, memberships, workspaces, workspaceMembers, assignments: makeAssignments(users), entries: past.entries };
}
