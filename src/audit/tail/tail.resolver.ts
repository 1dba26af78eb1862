import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import type { StreamContext } from '../../context.js';
import { below, selectionOf } from '../../graphql/selection.js';
import { AuditFilter } from '../audit.filter.js';
import { auditTail } from './tail.service.js';
import { AuditTailEvent } from './tail.types.js';

@Resolver()
export class AuditTailResolver {
  @Subscription(() => AuditTailEvent, {
    description:
      'The trail as it goes on: each entry once, in the order of their transactions, within about half a second of its commit, or of the end of a longer transaction that began before.',
    subscribe({ args, context, info }) {
      // type-graphql types neither: the arguments are those of the method below, the context is what the stream's transport made.
      return auditTail(context as StreamContext, args, below(selectionOf(info), 'entries'));
    },
  })
  auditTail(
    @Root() event: AuditTailEvent,
    @Arg('filter', () => AuditFilter, { nullable: true, description: 'Which entries; all of them where it is left out.' })
    _filter: AuditFilter | null,
    @Arg('after', () => String, {
      nullable: true,
      description: 'The cursor of the last event that the caller has seen; from now on where it is left out.',
    })
    _after: string | null,
  ): AuditTailEvent {
    return event;
  }
}
