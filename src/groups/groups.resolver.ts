import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { permissions } from '../access/permissions.js';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import {
  allGroups,
  archiveGroup,
  createGroup,
  findGroup,
  listGroups,
  membersOfGroup,
  permissionsOfGroup,
  updateGroup,
} from './groups.service.js';
import {
  CreateGroupInput,
  Group,
  GroupConnection,
  GroupFilter,
  GroupMember,
  GroupPayload,
  Permission,
  PermissionRegistry,
  UpdateGroupInput,
} from './groups.types.js';
import { previewGroupChange } from './preview.service.js';
import { GroupChangePreview } from './preview.types.js';

const registry: PermissionRegistry = { domains: [...new Set(permissions.map(({ domain }) => domain))].sort(), items: permissions };

@Resolver(() => Group)
export class GroupsResolver {
  @Query(() => GroupConnection, { description: 'The groups, by name, archived ones with them where the filter does not say otherwise.' })
  async groups(
    @Arg('filter', () => GroupFilter, { nullable: true }) filter: GroupFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listGroups(ctx, filter, page, connectionSelectionOf(info)));
  }

  @Query(() => [Group], { description: 'Every group that is not archived, by name.' })
  allGroups(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return allGroups(ctx, selectionOf(info));
  }

  @Query(() => Group, { nullable: true, description: 'One group.' })
  group(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findGroup(ctx, id, selectionOf(info));
  }

  @Query(() => PermissionRegistry, { description: 'Every permission there is.' })
  permissions() {
    return registry;
  }

  @Query(() => GroupChangePreview, {
    description:
      'What `updateGroup` would do with the same arguments: whether it would be refused, and who would gain and lose what. Changes nothing.',
  })
  previewGroupChange(
    @Arg('id', () => UUID) id: string,
    @Arg('input', () => UpdateGroupInput) input: UpdateGroupInput,
    @Ctx() ctx: Context,
  ) {
    return previewGroupChange(ctx, id, input);
  }

  @FieldResolver(() => [GroupMember], { description: 'Who has the group now, by name.' })
  members(@Root() group: RowOf<Group>, @Ctx() ctx: Context) {
    return membersOfGroup(ctx, group.key);
  }

  @Mutation(() => GroupPayload, { description: 'Makes a group of permissions that the caller holds.' })
  async createGroup(@Arg('input', () => CreateGroupInput) input: CreateGroupInput, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { group: await createGroup(ctx, input, below(selectionOf(info), 'group')) };
  }

  @Mutation(() => GroupPayload, { description: 'Changes the named fields of a group, and who may do what with it.' })
  async updateGroup(
    @Arg('id', () => UUID) id: string,
    @Arg('input', () => UpdateGroupInput) input: UpdateGroupInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { group: await updateGroup(ctx, id, input, below(selectionOf(info), 'group')) };
  }

  @Mutation(() => GroupPayload, { description: 'Archives a group that nobody has.' })
  async archiveGroup(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { group: await archiveGroup(ctx, id, below(selectionOf(info), 'group')) };
  }
}

const byKey: ReadonlyMap<string, Permission> = new Map(permissions.map((permission) => [permission.key, permission]));

/** Apart from the root field of the same name. */
@Resolver(() => Group)
export class GroupPermissionsResolver {
  @FieldResolver(() => [Permission], { description: 'What the group allows, by key.' })
  async permissions(@Root() group: RowOf<Group>, @Ctx() ctx: Context) {
    const keys = await permissionsOfGroup(ctx, group.key);
    return keys.flatMap((key) => byKey.get(key) ?? []);
  }
}
