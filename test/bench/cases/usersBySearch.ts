import { type BareRoute, type BenchCase, bare, get, tenantry } from '../case.js';
import { filled } from '../statement.js';

const fields = 'u.public_id as id, u.email, u.display_name, u.status, u.has_platform_access';
const orgCount = `(select count(*)::int from org_memberships c where c.user_id = u.id and c.status = 'active') as org_count`;
const times = 'u.created_at, u.last_login_at';
const search = 'garcia';
const pageSize = 25;

const string = { type: 'string' };
const response = {
  type: 'object',
  properties: {
    items: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: string,
          email: string,
          display_name: string,
          status: string,
          has_platform_access: { type: 'boolean' },
          org_count: { type: 'integer' },
          created_at: string,
          last_login_at: { type: 'string', nullable: true },
        },
      },
    },
    total: { type: 'integer' },
  },
};

const values = [`%${search}%`, pageSize];
const matches = 'u.deleted_at is null and u.search_text like $1';

// What matches is found once, for the page and for the total.
const together = `
  with m as materialized (select u.id, lower(u.display_name) as name, u.public_id from users u where ${matches}),
    p as (select * from m order by name, public_id limit $2)
  select t.total, r.* from (select count(*)::int as total from m) t
  left join (select ${fields}, ${orgCount}, ${times}, p.name as place from p join users u on u.id = p.id) r on true
  order by r.place, r.id`;

interface Row extends Record<string, unknown> {
  readonly id: string | null;
  readonly total: number;
}

const oneStatement: BareRoute = {
  path: '/users',
  response,
  async answer(pool) {
    const { rows } = await pool.query<Row>({ name: 'users', text: together, values });
    return { items: rows.filter(({ id }) => id !== null), total: rows[0]?.total };
  },
};

const twoStatements: BareRoute = {
  path: '/users-in-two-queries',
  response,
  async answer(pool) {
    const text = `select ${fields}, ${orgCount}, ${times} from users u where ${matches} order by lower(u.display_name), u.public_id limit $2`;
    const [page, count] = await Promise.all([
      pool.query({ name: 'users-page', text, values }),
      pool.query({ name: 'users-total', text: `select count(*)::int as total from users u where ${matches}`, values: values.slice(0, 1) }),
    ]);
    return { items: page.rows, total: count.rows[0]?.total };
  },
};

/** As it is mostly written: each row is looked at twice, and accents tell letters apart. */
const twoScans: BareRoute = {
  path: '/users-in-two-scans',
  response,
  async answer(pool) {
    const where = 'u.deleted_at is null and (u.display_name ilike $1 or u.email ilike $1 or u.username ilike $1)';
    const text = `select ${fields}, ${orgCount}, ${times} from users u where ${where} order by lower(u.display_name), u.public_id limit $2`;
    const [page, count] = await Promise.all([
      pool.query({ name: 'users-page-by-scan', text, values }),
      pool.query({
        name: 'users-total-by-scan',
        text: `select count(*)::int as total from users u where ${where}`,
        values: values.slice(0, 1),
      }),
    ]);
    return { items: page.rows, total: count.rows[0]?.total };
  },
};

/** Every thirteenth user has the name: a page of them, and how many there are. */
export const usersBySearch: readonly BenchCase[] = [
  {
    name: 'users by search, with total, REST',
    ways: [
      bare(get(oneStatement.path)),
      { ...bare(get(twoStatements.path)), name: 'two queries' },
      { ...bare(get(twoScans.path)), name: 'two queries, ILIKE', isNotCompared: true },
      tenantry(() => [get(`/api/v1/platform/users?search=${search}&page_size=${pageSize}`)]),
    ],
    bareRoutes: [oneStatement, twoStatements, twoScans],
    statements: () => [filled(together, values)],
  },
];
