import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../../context.js';
import { UUID } from '../../graphql/scalars.js';
import { exportAudit, findExport } from './export.service.js';
import { AuditExport, AuditExportPayload, ExportAuditInput } from './export.types.js';

@Resolver()
export class AuditExportResolver {
  @Query(() => AuditExport, { nullable: true, description: 'An export of the caller’s, with its manifest once it is whole.' })
  auditExport(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context) {
    return findExport(ctx, id);
  }

  @Mutation(() => AuditExportPayload, { description: 'Makes an export of the trail, to be downloaded once within five minutes.' })
  async exportAudit(@Arg('input', () => ExportAuditInput) input: ExportAuditInput, @Ctx() ctx: Context) {
    return { export: await exportAudit(ctx, input) };
  }
}
