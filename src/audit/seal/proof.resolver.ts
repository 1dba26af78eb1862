import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../../context.js';
import { UUID } from '../../graphql/scalars.js';
import { looked } from '../repeats/readings.js';
import { findProof } from './proof.service.js';
import { AuditProof } from './proof.types.js';

@Resolver()
export class AuditProofResolver {
  @Query(() => AuditProof, {
    nullable: true,
    description: 'What proves that an entry is in the trail, from half a minute after it was made.',
  })
  auditProof(@Arg('entryId', () => UUID) entryId: string, @Ctx() ctx: Context) {
    return looked(ctx, findProof(ctx, entryId));
  }
}
