import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { connectionSelectionOf } from '../graphql/selection.js';
import { Org } from '../orgs/orgs.types.js';
import { AppointmentConnection, AppointmentFilter, PatientConnection, PatientFilter } from './patients.types.js';
import { LocationConnection, LocationFilter, ProviderConnection, ProviderFilter } from './places.types.js';
import { appointmentsOfOrg, locationsOfOrg, patientsOfOrg, providersOfOrg } from './records.service.js';

/** Null where an org's data can't be read, with an error that says why: the rest of the answer stays. */
const nullable = true;

@Resolver(() => Org)
export class RecordsResolver {
  @FieldResolver(() => LocationConnection, { nullable, description: 'The org’s locations, by name.' })
  async locations(
    @Root() org: RowOf<Org>,
    @Arg('filter', () => LocationFilter, { nullable: true }) filter: LocationFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await locationsOfOrg(ctx, org.key, filter, page, connectionSelectionOf(info)));
  }

  @FieldResolver(() => ProviderConnection, { nullable, description: 'The org’s providers, by last name.' })
  async providers(
    @Root() org: RowOf<Org>,
    @Arg('filter', () => ProviderFilter, { nullable: true }) filter: ProviderFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await providersOfOrg(ctx, org.key, filter, page, connectionSelectionOf(info)));
  }

  @FieldResolver(() => PatientConnection, { nullable, description: 'The org’s patients, by last name.' })
  async patients(
    @Root() org: RowOf<Org>,
    @Arg('filter', () => PatientFilter, { nullable: true }) filter: PatientFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await patientsOfOrg(ctx, org.key, filter, page, connectionSelectionOf(info)));
  }

  @FieldResolver(() => AppointmentConnection, { nullable, description: 'The org’s appointments, by their beginning.' })
  async appointments(
    @Root() org: RowOf<Org>,
    @Arg('filter', () => AppointmentFilter, { nullable: true }) filter: AppointmentFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await appointmentsOfOrg(ctx, org.key, filter, page, connectionSelectionOf(info)));
  }
}
