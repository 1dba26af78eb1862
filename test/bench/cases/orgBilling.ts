import { v7 as uuidv7 } from 'uuid';
import { type Ask, type BareRoute, type BenchCase, bare, get, graphql, type Subject, tenantry, withoutRules } from '../case.js';

// One statement, which is a transaction: the change, its entry, and the states before and after for the org's own schema.
const text = `
  with before as materialized (select * from orgs where public_id = $1 for update),
    after as (update orgs o set max_locations = $2, version = o.version + 1, updated_at = now() from before b where o.id = b.id returning o.*),
    entry as (
      insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, changed_fields, actor_type, actor_id,
        actor_display_name, org_id, org_name)
      select $3::uuid, 'org.update_billing', 'org', a.public_id::text, a.slug, array['maxLocations', 'version'], 'user', $1::text, 'Bench',
        a.public_id, a.name
      from after a
    ), states as (
      insert into audit_outbox (entry_id, org_id, before, after)
      select $3::uuid, a.id, jsonb_build_object('name', b.name, 'slug', b.slug, 'maxLocations', b.max_locations, 'version', b.version),
        jsonb_build_object('name', a.name, 'slug', a.slug, 'maxLocations', a.max_locations, 'version', a.version)
      from before b, after a
    )
  select max_locations as "maxLocations" from after`;

const object = (properties: object) => ({ type: 'object', properties });
const billing = object({ billing: object({ maxLocations: { type: 'integer' } }) });

const change: BareRoute = {
  method: 'POST',
  path: '/org-billing/:id',
  response: object({ data: object({ updateOrgBilling: billing }) }),
  async answer(pool, { id }, body) {
    // What the bench sends, below.
    const { maxLocations } = body as { maxLocations: number };
    const { rows } = await pool.query({ name: 'org-billing', text, values: [id, maxLocations, uuidv7()] });
    return { data: { updateOrgBilling: { billing: rows[0] } } };
  },
};

const readText = 'select name, slug, upper(status) as status from orgs where public_id = $1';

const read: BareRoute = {
  path: '/org-name/:id',
  response: object({ data: object({ org: object({ name: { type: 'string' }, slug: { type: 'string' }, status: { type: 'string' } }) }) }),
  async answer(pool, { id }) {
    const { rows } = await pool.query({ name: 'org-name', text: readText, values: [id] });
    return { data: { org: rows[0] } };
  },
};

const maxLocations = 7;
const mutation = `mutation Billing($id: UUID!, $input: UpdateOrgBillingInput!) {
  updateOrgBilling(orgId: $id, input: $input) { billing { maxLocations } }
}`;
const query = 'query OrgName($id: UUID!) { org(id: $id) { name slug status } }';

const changed = (id: string) => graphql(mutation, { id, input: { maxLocations } });
const changedBare = (id: string): Ask => ({ method: 'POST', path: `/org-billing/${id}`, body: JSON.stringify({ maxLocations }) });
const found = (id: string) => graphql(query, { id });
const foundBare = (id: string) => get(`/org-name/${id}`);

/** The entry's id where there is nobody to make one: another one in each transaction. */
const idOfTransaction = `lpad(pg_current_xact_id()::text, 32, '0')::uuid`;
/** Each connection has an org of its own, for else they would wait for each other. pgbench puts the number in. */
const orgOfClient = ({ orgIds }: Subject) => `('{${orgIds.join()}}'::uuid[])[:client_id % ${orgIds.length} + 1]`;
const changing = (org: string) => text.replaceAll('$3::uuid', idOfTransaction).replaceAll('$2', String(maxLocations)).replaceAll('$1', org);
const reading = (org: string) => readText.replaceAll('$1', org);

/** Of 20 requests 17 read and 3 change something: 85 and 15%. */
const mixedCount = 20;
const isChange = (i: number) => i % 7 === 3;

/** Each request is about another org than the one before. */
function mixed({ orgIds }: Subject, reads: (id: string) => Ask, changes: (id: string) => Ask): Ask[] {
  const ids = Array.from({ length: mixedCount }, (_, i) => orgIds[i % orgIds.length] ?? '');
  return ids.map((id, i) => (isChange(i) ? changes : reads)(id));
}

const changes = ({ orgIds }: Subject) => orgIds.map(changed);
const mixedAsks = (subject: Subject) => mixed(subject, found, changed);

/** What changes something, alone and among what reads. They run last: they write entries of the trail. */
export const orgBilling: readonly BenchCase[] = [
  {
    name: 'a change with its audit entry, GraphQL',
    ways: [{ ...bare(), asks: ({ orgIds }) => orgIds.map(changedBare) }, tenantry(changes), withoutRules(changes)],
    bareRoutes: [change],
    statements: (subject) => [changing(orgOfClient(subject))],
    compared: 'data',
  },
  {
    name: '85% reads, 15% changes, GraphQL',
    ways: [{ ...bare(), asks: (subject) => mixed(subject, foundBare, changedBare) }, tenantry(mixedAsks), withoutRules(mixedAsks)],
    bareRoutes: [read],
    statements: (subject) => Array.from({ length: mixedCount }, (_, i) => (isChange(i) ? changing : reading)(orgOfClient(subject))),
    compared: 'data',
  },
];
