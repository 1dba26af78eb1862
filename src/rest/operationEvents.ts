import type { ExecutionResult } from 'graphql';
import { isIterable } from '../graphql/subscription.js';
import type { ServerSentEvent } from './eventStream.js';
import type { StreamedOperation } from './operation.js';
import { bodyIn } from './outcome.js';
import { isRecord } from './record.js';

/**
 * Opens a stream. Each result is an event; its member `id`, where it has one, is the event's. `complete` says that there is no more, and
 * `refused`, with the error's body, that the caller may not have more. A stream that ends with neither is to be opened again.
 * @param refusalOf the body of an error's answer
 * @throws what `bodyIn` throws, where the stream does not open
 */
export async function eventsOf<C extends object>(
  operation: StreamedOperation,
  asked: Parameters<typeof operation.open<C>>[0],
  refusalOf: (error: unknown) => unknown,
  resourceId: string,
): Promise<AsyncIterable<ServerSentEvent>> {
  const results = await operation.open(asked);
  const bodyOf = (result: ExecutionResult) => bodyIn(operation, result, resourceId);
  if (!isIterable(results)) {
    bodyOf(results);
    throw new Error('A subscription gave neither results nor errors.');
  }
  return events(results, bodyOf, refusalOf, asked.signal);
}

async function* events(
  results: AsyncIterable<ExecutionResult>,
  bodyOf: (result: ExecutionResult) => unknown,
  refusalOf: (error: unknown) => unknown,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  try {
    for await (const result of results) {
      if (signal.aborted) return;
      const data = bodyOf(result);
      yield { ...(isRecord(data) && data.id !== undefined && { id: String(data.id) }), data };
    }
    if (!signal.aborted) yield { event: 'complete', data: null };
  } catch (error) {
    yield { event: 'refused', data: refusalOf(error) };
  }
}
