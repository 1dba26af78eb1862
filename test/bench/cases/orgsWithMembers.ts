import { type BareRoute, type BenchCase, bare, get, graphql, mercurius, postgraphile, tenantry, tutorial, withoutRules } from '../case.js';

// Along the index that has each org's members by name.
const text = `
  with o as materialized (select id, public_id, name, slug, upper(status) as status from orgs order by lower(name), public_id limit 50)
  select o.public_id as id, o.name, o.slug, o.status, m.role_hint, m.user_id, m.display_name, m.email
  from o left join lateral (
    select m.role_hint, u.public_id as user_id, u.display_name, u.email, m.member_name, m.public_id
    from org_memberships m join users u on u.id = m.user_id
    where m.org_id = o.id and u.deleted_at is null order by m.member_name, m.public_id limit 10
  ) m on true
  order by lower(o.name), o.public_id, m.member_name, m.public_id`;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly status: string;
  readonly role_hint: string | null;
  readonly user_id: string | null;
  readonly display_name: string;
  readonly email: string;
}

interface Member {
  readonly roleHint: string | null;
  readonly user: { readonly id: string; readonly displayName: string; readonly email: string };
}

function nodesOf(rows: readonly Row[]) {
  const nodes: { id: string; name: string; slug: string; status: string; members: { nodes: Member[] } }[] = [];
  for (const { id, name, slug, status, role_hint: roleHint, user_id: userId, display_name: displayName, email } of rows) {
    let org = nodes.at(-1);
    if (org?.id !== id) {
      org = { id, name, slug, status, members: { nodes: [] } };
      nodes.push(org);
    }
    // Null where the org has no members.
    if (userId !== null) org.members.nodes.push({ roleHint, user: { id: userId, displayName, email } });
  }
  return nodes;
}

const string = { type: 'string' };
const object = (properties: object) => ({ type: 'object', properties });
const listOf = (items: object) => object({ nodes: { type: 'array', items } });
const member = object({ roleHint: { type: 'string', nullable: true }, user: object({ id: string, displayName: string, email: string }) });
const org = object({ id: string, name: string, slug: string, status: string, members: listOf(member) });

const route: BareRoute = {
  path: '/orgs-with-members',
  response: object({ data: object({ orgs: listOf(org) }) }),
  async answer(pool) {
    const { rows } = await pool.query<Row>({ name: 'orgs-with-members', text });
    return { data: { orgs: { nodes: nodesOf(rows) } } };
  },
};

const query = `{
  orgs(first: 50) {
    nodes { id name slug status members(first: 10) { nodes { roleHint user { id displayName email } } } }
  }
}`;

const asks = () => [graphql(query)];

const queryOfTables = `{
  allOrgs(first: 50, orderBy: SLUG_ASC) {
    nodes {
      publicId name slug status
      orgMembershipsByOrgId(first: 10) { nodes { roleHint userByUserId { publicId displayName email } } }
    }
  }
}`;
const asksOfTables = () => [graphql(queryOfTables)];

/** The first 50 orgs, each with its first 10 members and their users: about 2,000 fields. */
export const orgsWithMembers: readonly BenchCase[] = [
  {
    name: '50 orgs with 10 members each, GraphQL',
    ways: [bare(get(route.path)), tenantry(asks), withoutRules(asks), mercurius(asks), postgraphile(asksOfTables), tutorial(asks)],
    bareRoutes: [route],
    statements: () => [text],
    compared: 'data',
  },
];
