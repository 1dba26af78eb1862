import { Field, ObjectType } from 'type-graphql';
import type { RowOf } from '../../db/shape.js';
import { AuditEntry } from '../audit.types.js';

@ObjectType({ description: 'How the trail goes on.', simpleResolvers: true })
export class AuditTailEvent {
  @Field(() => String, {
    description: 'How far the tail has come: from here it goes on as `after`, with nothing missing and nothing repeated.',
  })
  readonly cursor: string;

  @Field(() => [AuditEntry], {
    description:
      'What came since the event before, at most 100, in the order of their transactions. None where the event only tells how far the tail has come, as the first one does.',
  })
  readonly entries: readonly RowOf<AuditEntry>[];
}
