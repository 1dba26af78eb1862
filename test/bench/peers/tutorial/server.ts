/**
 * The same stack put together as its tutorials do it: whole rows into class-less objects, a DataLoader load a row, and a shield over every
 * field. Its caller is found by a statement of its own, which is all that it knows of authentication. Started with an IPC channel, over
 * which it says its port.
 */
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import DataLoader from 'dataloader';
import fastify from 'fastify';
import { applyMiddleware } from 'graphql-middleware';
import { rule, shield } from 'graphql-shield';
import pg from 'pg';
import { Arg, buildSchemaSync, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { UUID } from '../../../../src/graphql/scalars.js';
import { rfc3339 } from '../../timestamps.js';
import { Member, MemberConnection, Org, OrgConnection, User } from './types.js';

interface Context {
  readonly caller: { readonly status: string } | undefined;
  readonly users: DataLoader<string, User>;
  readonly members: DataLoader<string, readonly Member[]>;
}

const [url] = process.argv.slice(2);
if (!url) throw new Error('The server needs the address of a database.');
rfc3339(pg.types);
const pool = new pg.Pool({ connectionString: url, max: 10, options: '-c timezone=UTC' });

type Row = Readonly<Record<string, string | null>>;

/** A row as the type has it: `created_at` is `createdAt`. */
function orgOf(row: Row): Org {
  const fields = Object.entries(row).map(([name, value]) => [
    name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  // The columns are named after the fields.
  return { ...(Object.fromEntries(fields) as unknown as Org), key: row.id ?? '', id: row.public_id ?? '' };
}

@Resolver(() => Org)
class OrgsResolver {
  @Query(() => OrgConnection)
  async orgs(@Arg('first', () => Int) first: number): Promise<OrgConnection> {
    const { rows } = await pool.query<Row>('select * from orgs order by lower(name), public_id limit $1', [first]);
    return { nodes: rows.map(orgOf) };
  }

  @Query(() => Org, { nullable: true })
  async org(@Arg('id', () => UUID) id: string): Promise<Org | null> {
    const { rows } = await pool.query<Row>('select * from orgs where public_id = $1', [id]);
    return rows[0] ? orgOf(rows[0]) : null;
  }

  @FieldResolver(() => MemberConnection)
  async members(@Root() org: Org, @Arg('first', () => Int) first: number, @Ctx() ctx: Context): Promise<MemberConnection> {
    const members = await ctx.members.load(org.key);
    return { nodes: members.slice(0, first) };
  }
}

@Resolver(() => Member)
class MembersResolver {
  @FieldResolver(() => User)
  user(@Root() member: Member, @Ctx() ctx: Context): Promise<User> {
    return ctx.users.load(member.userKey);
  }
}

async function membersOf(orgKeys: readonly string[]): Promise<Member[][]> {
  const { rows } = await pool.query<{ org_id: string; user_id: string; role_hint: string | null }>(
    `select m.* from org_memberships m join users u on u.id = m.user_id
      where m.org_id = any ($1) and u.deleted_at is null order by lower(u.display_name), m.public_id`,
    [orgKeys],
  );
  const byOrg = new Map<string, Member[]>(orgKeys.map((key) => [key, []]));
  for (const row of rows) byOrg.get(row.org_id)?.push({ userKey: row.user_id, roleHint: row.role_hint });
  return orgKeys.map((key) => byOrg.get(key) ?? []);
}

async function usersOf(keys: readonly string[]): Promise<(User | Error)[]> {
  const { rows } = await pool.query<{ id: string; public_id: string; display_name: string; email: string }>(
    'select * from users where id = any ($1)',
    [keys],
  );
  const byKey = new Map(rows.map((row) => [row.id, { id: row.public_id, displayName: row.display_name, email: row.email }]));
  return keys.map((key) => byKey.get(key) ?? new Error('There is no such user.'));
}

const isSignedIn = rule({ cache: 'contextual' })((_parent, _args, ctx: Context) => ctx.caller?.status === 'active');
const guard = shield({}, { fallbackRule: isSignedIn });
const schema = applyMiddleware(buildSchemaSync({ resolvers: [OrgsResolver, MembersResolver], validate: false }), guard);

const app = fastify();
const apollo = new ApolloServer<Context>({ schema, plugins: [fastifyApolloDrainPlugin(app)] });
await apollo.start();
await app.register(fastifyApollo(apollo), {
  async context(): Promise<Context> {
    const { rows } = await pool.query<{ status: string }>('select * from users order by id limit 1');
    return { caller: rows[0], users: new DataLoader(usersOf), members: new DataLoader(membersOf) };
  },
});
await app.listen({ port: 0, host: '127.0.0.1' });
// It listens on TCP, so the address is no path of a pipe.
process.send?.({ port: (app.server.address() as AddressInfo).port });
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
