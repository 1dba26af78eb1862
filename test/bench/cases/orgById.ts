import {
  type BareRoute,
  type BenchCase,
  bare,
  get,
  graphql,
  mercurius,
  postgraphile,
  type Subject,
  tenantry,
  tutorial,
  withoutRules,
} from '../case.js';
import { filled } from '../statement.js';

/** Column of `orgs` by its name in GraphQL, and whether it may be null; the documented REST name is the column's own. */
const fields: readonly { graphql: string; column: string; type: 'string' | 'integer'; isEnum?: true; nullable?: true }[] = [
  { graphql: 'name', column: 'name', type: 'string' },
  { graphql: 'slug', column: 'slug', type: 'string' },
  { graphql: 'status', column: 'status', type: 'string', isEnum: true },
  { graphql: 'accountType', column: 'account_type', type: 'string', isEnum: true },
  { graphql: 'onboardingStatus', column: 'onboarding_status', type: 'string', isEnum: true },
  { graphql: 'maxLocations', column: 'max_locations', type: 'integer' },
  { graphql: 'schemaName', column: 'schema_name', type: 'string' },
  { graphql: 'billingEmail', column: 'billing_email', type: 'string', nullable: true },
  { graphql: 'contactEmail', column: 'contact_email', type: 'string', nullable: true },
  { graphql: 'contactName', column: 'contact_name', type: 'string', nullable: true },
  { graphql: 'contactPhone', column: 'contact_phone', type: 'string', nullable: true },
  { graphql: 'hqAddressLine1', column: 'hq_address_line1', type: 'string', nullable: true },
  { graphql: 'hqAddressLine2', column: 'hq_address_line2', type: 'string', nullable: true },
  { graphql: 'hqCity', column: 'hq_city', type: 'string', nullable: true },
  { graphql: 'hqCountry', column: 'hq_country', type: 'string', nullable: true },
  { graphql: 'hqPostalCode', column: 'hq_postal_code', type: 'string', nullable: true },
  { graphql: 'hqState', column: 'hq_state', type: 'string', nullable: true },
  { graphql: 'internalNotes', column: 'internal_notes', type: 'string', nullable: true },
  { graphql: 'taxId', column: 'tax_id', type: 'string', nullable: true },
  { graphql: 'website', column: 'website', type: 'string', nullable: true },
  { graphql: 'version', column: 'version', type: 'integer' },
  { graphql: 'createdAt', column: 'created_at', type: 'string' },
  { graphql: 'updatedAt', column: 'updated_at', type: 'string' },
];

function orgSchema(nameOf: (field: (typeof fields)[number]) => string): object {
  const properties = fields.map((field) => [nameOf(field), field.nullable ? { type: field.type, nullable: true } : { type: field.type }]);
  return { type: 'object', properties: { id: { type: 'string' }, ...Object.fromEntries(properties) } };
}

const restColumns = ['public_id as id', ...fields.map(({ column }) => column)].join(', ');
const graphqlColumns = [
  'public_id as id',
  ...fields.map(({ graphql, column, isEnum }) => `${isEnum ? `upper(${column})` : column} as "${graphql}"`),
].join(', ');
const restText = `select ${restColumns} from orgs where public_id = $1`;
const graphqlText = `select ${graphqlColumns} from orgs where public_id = $1`;

const bareRest: BareRoute = {
  path: '/rest/orgs/:id',
  response: orgSchema(({ column }) => column),
  async answer(pool, { id }) {
    const { rows } = await pool.query({ name: 'rest-org', text: restText, values: [id] });
    return rows[0];
  },
};

const bareGraphql: BareRoute = {
  path: '/graphql/orgs/:id',
  response: {
    type: 'object',
    properties: { data: { type: 'object', properties: { org: orgSchema(({ graphql }) => graphql) } } },
  },
  async answer(pool, { id }) {
    const { rows } = await pool.query({ name: 'graphql-org', text: graphqlText, values: [id] });
    return { data: { org: rows[0] } };
  },
};

const query = `query Org($id: UUID!) { org(id: $id) { id ${fields.map(({ graphql }) => graphql).join(' ')} } }`;

const ids = ({ orgIds }: Subject) => orgIds.slice(0, 1);
const bareWay = (path: string) => ({ ...bare(), asks: (subject: Subject) => ids(subject).map((id) => get(`${path}/${id}`)) });
const queryOfTables = `query Org($id: UUID!) {
  orgByPublicId(publicId: $id) { publicId ${fields.map(({ graphql }) => graphql).join(' ')} }
}`;
const tableAsks = (subject: Subject) => ids(subject).map((id) => graphql(queryOfTables, { id }));
const graphqlAsks = (subject: Subject) => ids(subject).map((id) => graphql(query, { id }));

/** One org with all its fields, by its id. */
export const orgById: readonly BenchCase[] = [
  {
    name: 'one org by id, REST',
    ways: [bareWay('/rest/orgs'), tenantry((subject) => ids(subject).map((id) => get(`/api/v1/platform/orgs/${id}`)))],
    bareRoutes: [bareRest],
    statements: (subject) => ids(subject).map((id) => filled(restText, [id])),
  },
  {
    name: 'one org by id, GraphQL',
    ways: [
      bareWay('/graphql/orgs'),
      tenantry(graphqlAsks),
      withoutRules(graphqlAsks),
      mercurius(graphqlAsks),
      postgraphile(tableAsks),
      tutorial(graphqlAsks),
    ],
    bareRoutes: [bareGraphql],
    statements: (subject) => ids(subject).map((id) => filled(graphqlText, [id])),
    compared: 'data',
  },
];
