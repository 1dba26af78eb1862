import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import { archivePartner, createPartner, findPartner, listPartners, updatePartner } from './partners.service.js';
import { CreatePartnerInput, Partner, PartnerConnection, PartnerFilter, PartnerPayload, UpdatePartnerInput } from './partners.types.js';

@Resolver(() => Partner)
export class PartnersResolver {
  @Query(() => PartnerConnection, {
    description: 'The partners, by name, archived ones with them where the filter does not say otherwise.',
  })
  async partners(
    @Arg('filter', () => PartnerFilter, { nullable: true }) filter: PartnerFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listPartners(ctx, filter, page, connectionSelectionOf(info)));
  }

  @Query(() => Partner, { nullable: true, description: 'One partner.' })
  partner(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findPartner(ctx, id, selectionOf(info));
  }

  @Mutation(() => PartnerPayload, { description: 'Makes a partner.' })
  async createPartner(
    @Arg('input', () => CreatePartnerInput) input: CreatePartnerInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { partner: await createPartner(ctx, input, below(selectionOf(info), 'partner')) };
  }

  @Mutation(() => PartnerPayload, { description: 'Changes the named fields of a partner.' })
  async updatePartner(
    @Arg('id', () => UUID) id: string,
    @Arg('input', () => UpdatePartnerInput) input: UpdatePartnerInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { partner: await updatePartner(ctx, id, input, below(selectionOf(info), 'partner')) };
  }

  @Mutation(() => PartnerPayload, { description: 'Archives a partner.' })
  async archivePartner(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { partner: await archivePartner(ctx, id, below(selectionOf(info), 'partner')) };
  }
}
