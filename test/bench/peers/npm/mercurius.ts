/**
 * Mercurius with its JIT: a schema and resolvers by hand, one statement for each list and edge, no rules. Started with an IPC channel, over
 * which it says its port.
 */
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyPluginAsync } from 'fastify';
import pg from 'pg';
import { rfc3339 } from '../../timestamps.js';
import { moduleIn } from './packages.js';

const [folder = '', connectionString] = process.argv.slice(2);
rfc3339(pg.types);
const pool = new pg.Pool({ connectionString, max: 10, options: '-c timezone=UTC' });

const texts = `schemaName billingEmail contactEmail contactName contactPhone hqAddressLine1 hqAddressLine2 hqCity hqCountry hqPostalCode
  hqState internalNotes taxId website createdAt updatedAt accountType onboardingStatus name slug status`.split(/\s+/);
const schema = `
  type User { id: ID! displayName: String! email: String! }
  type Member { roleHint: String user: User! }
  type MemberConnection { nodes: [Member!]! }
  type Org { id: ID! ${texts.map((name) => `${name}: String`).join(' ')} maxLocations: Int version: Int members(first: Int!): MemberConnection! }
  type OrgConnection { nodes: [Org!]! }
  scalar UUID
  type Query { org(id: UUID!): Org orgs(first: Int!): OrgConnection! }
`;

const upper = new Set(['status', 'accountType', 'onboardingStatus']);
const columns = [...texts, 'maxLocations', 'version']
  .map((name) => [name, name.replace(/[A-Z0-9]+/g, (part) => `_${part.toLowerCase()}`).replace('_line_', '_line')] as const)
  .map(([name, column]) => `${upper.has(name) ? `upper(${column})` : column} as "${name}"`)
  .join(', ');

interface Org {
  readonly key: string;
}

const resolvers = {
  Query: {
    async org(_root: unknown, { id }: { id: string }): Promise<Org | undefined> {
      const text = `select id as key, public_id as id, ${columns} from orgs where public_id = $1`;
      return (await pool.query<Org>({ name: 'org', text, values: [id] })).rows[0];
    },
    async orgs(_root: unknown, { first }: { first: number }): Promise<{ nodes: Org[] }> {
      const text = `select id as key, public_id as id, name, slug, upper(status) as status from orgs order by lower(name), public_id limit $1`;
      return { nodes: (await pool.query<Org>({ name: 'orgs', text, values: [first] })).rows };
    },
  },
};

interface MemberRow {
  readonly org: string;
  readonly roleHint: string | null;
  readonly id: string;
  readonly displayName: string;
  readonly email: string;
}

const loaders = {
  Org: {
    async members(asked: readonly { obj: Org; params: { first: number } }[]) {
      const { rows } = await pool.query<MemberRow>({
        name: 'members',
        text: `select k.org, m."roleHint", m.id, m."displayName", m.email from unnest($1::bigint[]) k (org) cross join lateral (
          select m.role_hint as "roleHint", u.public_id as id, u.display_name as "displayName", u.email, m.member_name, m.public_id
          from org_memberships m join users u on u.id = m.user_id
          where m.org_id = k.org and u.deleted_at is null order by m.member_name, m.public_id limit $2
        ) m order by m.member_name, m.public_id`,
        values: [asked.map(({ obj }) => obj.key), asked[0]?.params.first],
      });
      const byOrg = new Map<string, object[]>(asked.map(({ obj }) => [obj.key, []]));
      for (const { org, roleHint, ...user } of rows) byOrg.get(org)?.push({ roleHint, user });
      return asked.map(({ obj }) => ({ nodes: byOrg.get(obj.key) ?? [] }));
    },
  },
};

const { default: mercurius } = (await moduleIn(folder, 'mercurius')) as { default: FastifyPluginAsync<Record<string, unknown>> };
const app = fastify();
await app.register(mercurius, { schema, resolvers, loaders, jit: 1, graphiql: false });
await app.listen({ port: 0, host: '127.0.0.1' });
// It listens on TCP, so the address is no path of a pipe.
process.send?.({ port: (app.server.address() as AddressInfo).port });
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
