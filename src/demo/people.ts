import { familyNames, givenNames } from './names.js';
import { ascii, idAt, iso, type Past } from './past.js';
import type { DemoAssignment, DemoMembership, DemoOrg, DemoUser } from './rows.js';

/** These many of the first users are admins of the platform, from the tenth on. */
const admins = { from: 10, to: 15 };
const adminGroups = ['Support', 'Org managers', 'User managers', 'Auditors', 'Observers'] as const;

/** A user of an org, with the entries of their making and of their last sign-in. */
export function makeUser(past: Past, i: number, home: DemoOrg): DemoUser {
  const { choose, record } = past;
  const [given, family] = [choose.oneOf(givenNames), choose.oneOf(familyNames)];
  const made = past.within(20, Date.parse(home.created_at));
  const id = idAt(made);
  const displayName = `${given} ${family}`;
  const username = `${ascii(given)}.${ascii(family)}.${i}`;
  const email = `${username}@${home.slug}.example`;
  const status = i % 97 === 96 ? 'suspended' : 'active';
  const hasPlatformAccess = i >= admins.from && i < admins.to;
  const after = { email, username, displayName, status, hasPlatformAccess, version: 1 };
  const resource = { resource_type: 'user', resource_id: id, resource_display_id: email, org: null };
  record(made, { ...resource, action: 'user.create', changed_fields: Object.keys(after), before: null, after });

  const lastLogin = choose.chance(0.6) ? past.since(made) : undefined;
  if (lastLogin !== undefined) {
    const session = { resource_type: 'session', resource_id: idAt(lastLogin), resource_display_id: displayName, org: null };
    record(lastLogin, { ...session, action: 'session.start', changed_fields: [], before: null, after: null }, { id, displayName });
  }
  return {
    public_id: id,
    email,
    username,
    display_name: displayName,
    status,
    has_platform_access: hasPlatformAccess,
    last_login_at: lastLogin === undefined ? null : iso(lastLogin),
    created_at: iso(made),
  };
}

/** A user's place in their own org, and now and then in one or two more, some of which they were only invited to. */
export function makeMemberships({ choose }: Past, user: DemoUser, i: number, home: DemoOrg, orgs: readonly DemoOrg[]): DemoMembership[] {
  const others = [0.4, 0.1].flatMap((share) => (choose.chance(share) ? [choose.oneOf([home, ...orgs])] : []));
  return [...new Set([home, ...others])].map((org) => {
    const isInvited = org !== home && choose.chance(0.2);
    return {
      public_id: idAt(Date.parse(user.created_at)),
      org: org.public_id,
      user: user.public_id,
      status: isInvited ? 'invited' : 'active',
      role_hint: org === home && i < orgs.length * 2 ? 'admin' : 'member',
      joined_at: isInvited ? null : user.created_at,
      created_at: user.created_at,
    };
  });
}

/** Each admin's group. */
export function makeAssignments(users: readonly DemoUser[]): DemoAssignment[] {
  return users
    .filter((user) => user.has_platform_access)
    .map((user, i) => ({
      public_id: idAt(Date.parse(user.created_at)),
      group: adminGroups[i % adminGroups.length] ?? 'Observers',
      user: user.public_id,
      assigned_at: user.created_at,
    }));
}
