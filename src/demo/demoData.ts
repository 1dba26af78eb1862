import { v7 as uuidv7 } from 'uuid';
import { cities, familyNames, givenNames, places, practices, workspaceNames } from './names.js';
import { choicesFrom } from './random.js';

/** Rows as the database's columns, keyed by public ids: the loader looks the internal keys up. */
export interface DemoData {
  readonly users: readonly DemoUser[];
  readonly orgs: readonly DemoOrg[];
  readonly memberships: readonly DemoMembership[];
  readonly workspaces: readonly DemoWorkspace[];
  readonly workspaceMembers: readonly DemoWorkspaceMember[];
  readonly assignments: readonly DemoAssignment[];
  readonly entries: readonly DemoEntry[];
}

export interface DemoUser {
  readonly public_id: string;
  readonly email: string;
  readonly username: string;
  readonly display_name: string;
  readonly status: 'active' | 'suspended';
  readonly has_platform_access: boolean;
  readonly last_login_at: string | null;
  readonly created_at: string;
}

export interface DemoOrg {
  readonly public_id: string;
  readonly name: string;
  readonly slug: string;
  readonly schema_name: string;
  readonly status: 'active' | 'suspended';
  readonly account_type: string;
  readonly onboarding_status: string;
  readonly max_locations: number;
  readonly hq_city: string;
  readonly hq_country: string;
  readonly contact_email: string;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface DemoMembership {
  readonly public_id: string;
  readonly org: string;
  readonly user: string;
  readonly status: 'active' | 'invited';
  readonly role_hint: string | null;
  readonly joined_at: string | null;
  readonly created_at: string;
}

export interface DemoWorkspace {
  readonly public_id: string;
  readonly org: string;
  readonly name: string;
  readonly slug: string;
  readonly created_at: string;
}

type WorkspaceRole = 'owner' | 'admin' | 'member' | 'viewer';

export interface DemoWorkspaceMember {
  readonly workspace: string;
  readonly org: string;
  readonly user: string;
  readonly role: WorkspaceRole;
  readonly created_at: string;
}

export interface DemoAssignment {
  readonly public_id: string;
  readonly group: string;
  readonly user: string;
  readonly assigned_at: string;
}

export interface DemoEntry {
  readonly id: string;
  readonly created_at: string;
  readonly action: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly resource_display_id: string;
  readonly changed_fields: readonly string[];
  readonly actor_id: string;
  readonly actor_display_name: string;
  readonly org: string | null;
  readonly before: object | null;
  readonly after: object | null;
}

export interface DemoSize {
  readonly orgs: number;
  readonly users: number;
}

const seed = 20_260_101;
const dayMs = 86_400_000;
/** The demo's past: within the months for which the trail has partitions from the start. */
const pastDays = 80;

/** Letters that a slug or an address can have. */
function ascii(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/ø/g, 'o')
    .replace(/ı/g, 'i')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

/**
 * Makes up a small platform: orgs, their members and workspaces, a handful of admins, and the trail that making all of it
 * would have left. The same size and time give the same names; ids are new each time.
 * @param now milliseconds; everything lies before it
 * @param admin who made it all
 */
export function makeDemoData(size: DemoSize, now: number, admin: { id: string; displayName: string }): DemoData {
  const { below, oneOf, chance } = choicesFrom(seed);
  const start = now - pastDays * dayMs;
  const timeAfter = (ms: number) => ms + below(Math.max(1, now - ms - 60_000));
  const iso = (ms: number) => new Date(ms).toISOString();
  const idAt = (ms: number) => uuidv7({ msecs: ms });
  const entries: DemoEntry[] = [];
  const record = (ms: number, entry: Omit<DemoEntry, 'id' | 'created_at' | 'actor_id' | 'actor_display_name'>, actor = admin) => {
    entries.push({ id: idAt(ms), created_at: iso(ms), actor_id: actor.id, actor_display_name: actor.displayName, ...entry });
  };

  const orgs = Array.from({ length: size.orgs }, (_, i): DemoOrg => {
    const name = `${places[i % places.length]} ${oneOf(practices)}${i < places.length ? '' : ` ${oneOf(cities)[0]} ${i}`}`;
    const slug = ascii(name);
    const id = idAt(start + i * 60_000);
    const [hq_city, hq_country] = oneOf(cities);
    const made = start + below(20 * dayMs);
    const first = {
      name,
      slug,
      status: 'active',
      accountType: 'starter',
      onboardingStatus: 'pending',
      maxLocations: 1,
      hqCity: hq_city,
      hqCountry: hq_country,
      contactEmail: `hello@${slug}.example`,
      version: 1,
    };
    const resource = { resource_type: 'org', resource_id: id, resource_display_id: slug, org: id };
    record(made, { ...resource, action: 'org.create', changed_fields: Object.keys(first), before: null, after: first });

    let state = first;
    let at = made;
    const change = (action: string, changes: Partial<typeof first>) => {
      const next = { ...state, ...changes, version: state.version + 1 };
      at = timeAfter(at);
      record(at, { ...resource, action, changed_fields: [...Object.keys(changes), 'version'], before: state, after: next });
      state = next;
    };
    if (chance(0.8)) change('org.update', { onboardingStatus: 'in_progress' });
    if (chance(0.7) && state.version > 1) change('org.update', { onboardingStatus: 'completed' });
    if (chance(0.5)) change('org.update_billing', { accountType: oneOf(['professional', 'enterprise']), maxLocations: 2 + below(40) });
    if (i % 17 === 16) change('org.suspend', { status: 'suspended' });
    return {
      public_id: id,
      name,
      slug,
      schema_name: `t_${slug.replaceAll('-', '_').slice(0, 40)}_${i.toString(36).padStart(4, '0')}`,
      status: state.status === 'suspended' ? 'suspended' : 'active',
      account_type: state.accountType,
      onboarding_status: state.onboardingStatus,
      max_locations: state.maxLocations,
      hq_city,
      hq_country,
      contact_email: first.contactEmail,
      version: state.version,
      created_at: iso(made),
      updated_at: iso(at),
    };
  });

  const users: DemoUser[] = [];
  const memberships: DemoMembership[] = [];
  for (let i = 0; i < size.users; i += 1) {
    const [given, family] = [oneOf(givenNames), oneOf(familyNames)];
    const home = orgs[i % orgs.length];
    if (!home) break;
    const made = Math.max(Date.parse(home.created_at), start) + below(20 * dayMs);
    const id = idAt(made);
    const display_name = `${given} ${family}`;
    const username = `${ascii(given)}.${ascii(family)}.${i}`;
    const email = `${username}@${home.slug}.example`;
    const isSuspended = i % 97 === 96;
    const lastLogin = chance(0.6) ? timeAfter(made) : undefined;
    const isAdmin = i >= 10 && i < 15;
    users.push({
      public_id: id,
      email,
      username,
      display_name,
      status: isSuspended ? 'suspended' : 'active',
      has_platform_access: isAdmin,
      last_login_at: lastLogin ? iso(lastLogin) : null,
      created_at: iso(made),
    });
    const after = {
      email,
      username,
      displayName: display_name,
      status: isSuspended ? 'suspended' : 'active',
      hasPlatformAccess: isAdmin,
      version: 1,
    };
    const resource = { resource_type: 'user', resource_id: id, resource_display_id: email };
    record(made, { ...resource, action: 'user.create', changed_fields: Object.keys(after), org: null, before: null, after });
    if (lastLogin) {
      const session = { resource_type: 'session', resource_id: idAt(lastLogin), resource_display_id: display_name };
      record(
        lastLogin,
        { ...session, action: 'session.start', changed_fields: [], org: null, before: null, after: null },
        { id, displayName: display_name },
      );
    }

    const places = new Set([home, ...(chance(0.4) ? [oneOf([home, ...orgs])] : []), ...(chance(0.1) ? [oneOf([home, ...orgs])] : [])]);
    for (const org of places) {
      const isInvited = org !== home && chance(0.2);
      memberships.push({
        public_id: idAt(made),
        org: org.public_id,
        user: id,
        status: isInvited ? 'invited' : 'active',
        role_hint: org === home && i < orgs.length * 2 ? 'admin' : 'member',
        joined_at: isInvited ? null : iso(made),
        created_at: iso(made),
      });
    }
  }

  const active = new Map<string, DemoMembership[]>();
  for (const each of memberships) if (each.status === 'active') active.set(each.org, [...(active.get(each.org) ?? []), each]);
  const workspaces: DemoWorkspace[] = [];
  const workspaceMembers: DemoWorkspaceMember[] = [];
  for (const org of orgs) {
    for (const name of workspaceNames.slice(0, 2 + below(workspaceNames.length - 1))) {
      const made = Date.parse(org.created_at) + below(dayMs);
      const workspace = { public_id: idAt(made), org: org.public_id, name, slug: ascii(name), created_at: iso(made) };
      workspaces.push(workspace);
      const members = (active.get(org.public_id) ?? []).filter((_, i) => i === 0 || chance(0.3));
      members.forEach(({ user }, i) => {
        const role = i === 0 ? 'owner' : oneOf<WorkspaceRole>(['admin', 'member', 'member', 'member', 'viewer']);
        workspaceMembers.push({ workspace: workspace.public_id, org: org.public_id, user, role, created_at: workspace.created_at });
      });
    }
  }

  const groups = ['Support', 'Org managers', 'User managers', 'Auditors', 'Observers'];
  const assignments = users
    .filter((user) => user.has_platform_access)
    .map((user, i) => ({
      public_id: idAt(Date.parse(user.created_at)),
      group: groups[i % groups.length] ?? 'Observers',
      user: user.public_id,
      assigned_at: user.created_at,
    }));

  return { users, orgs, memberships, workspaces, workspaceMembers, assignments, entries };
}
