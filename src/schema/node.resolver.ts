import type { GraphQLResolveInfo } from 'graphql';
import { sql } from 'kysely';
import { Arg, Ctx, ID, Info, Query, Resolver } from 'type-graphql';
import { validate as isUuid } from 'uuid';
import { recordDenial } from '../access/denial.js';
import type { Rule } from '../access/rule.js';
import type { Context } from '../context.js';
import { NotFound } from '../errors.js';
import { Node } from '../graphql/node.js';
import { type Selection, selectionOf } from '../graphql/selection.js';
import { groupRules } from '../groups/groups.rules.js';
import { findGroup } from '../groups/groups.service.js';
import { jobRules } from '../jobs/jobs.rules.js';
import { findJob } from '../jobs/jobs.service.js';
import { orgRules } from '../orgs/orgs.rules.js';
import { findOrg } from '../orgs/orgs.service.js';
import { partnerRules } from '../partners/partners.rules.js';
import { findPartner } from '../partners/partners.service.js';
import { shardRules } from '../shards/shards.rules.js';
import { findShard } from '../shards/shards.service.js';
import { userRules } from '../users/users.rules.js';
import { findUser } from '../users/users.service.js';
import { workspaceRules } from '../workspaces/workspaces.rules.js';
import { findWorkspace } from '../workspaces/workspaces.service.js';

interface NodeType {
  readonly table: string;
  /** The rule of the root field that finds one by its id: by either way the same caller sees the same object. */
  readonly rule: Rule | undefined;
  readonly find: (ctx: Context, id: string, selection: Selection) => Promise<object>;
}

/** Every type that implements Node; a test holds the two together. */
export const nodeTypes: Readonly<Record<string, NodeType>> = {
  Group: { table: 'groups', rule: groupRules.Query?.group, find: findGroup },
  Job: { table: 'jobs', rule: jobRules.Query?.job, find: findJob },
  Org: { table: 'orgs', rule: orgRules.Query?.org, find: findOrg },
  Partner: { table: 'partners', rule: partnerRules.Query?.partner, find: findPartner },
  Shard: { table: 'shards', rule: shardRules.Query?.shard, find: findShard },
  User: { table: 'users', rule: userRules.Query?.user, find: findUser },
  Workspace: { table: 'workspaces', rule: workspaceRules.Query?.workspace, find: findWorkspace },
};

const typeOfId = sql.join(
  Object.entries(nodeTypes).map(([type, { table }]) => sql`select ${sql.lit(type)} as type, public_id from ${sql.table(table)}`),
  sql` union all `,
);

@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description: 'Whatever has this id; null where there is nothing, or nothing that the caller may see.',
  })
  async node(@Arg('id', () => ID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    if (!isUuid(id)) return null;
    return findNode(ctx, id.toLowerCase(), selectionOf(info));
  }
}

async function findNode(ctx: Context, id: string, selection: Selection): Promise<object | null> {
  const { rows } = await sql<{ type: string }>`/* node */ select n.type from (${typeOfId}) n where n.public_id = ${id}`.execute(ctx.db);
  const type = rows[0]?.type;
  const found = type === undefined ? undefined : nodeTypes[type];
  const decision = await found?.rule?.(ctx, {}, { id });
  if (!found || !decision) return null;
  if (decision !== true) {
    // The caller is told nothing, and the trail that they asked.
    await recordDenial(ctx, decision());
    return null;
  }
  try {
    return { __typename: type, ...(await found.find(ctx, id, selection)) };
  } catch (error) {
    // The row is still there, and nobody finds it: a user who was deleted.
    if (error instanceof NotFound) return null;
    throw error;
  }
}
