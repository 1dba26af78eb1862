import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';

/** One server-sent event. */
export interface ServerSentEvent {
  /** What a client hands back when it connects again. */
  readonly id?: string;
  /** A type of its own; `message` where there is none. */
  readonly event?: string;
  /** Is sent as JSON. */
  readonly data: unknown;
}

/** Milliseconds between two comments that keep a quiet connection open, through proxies that close idle ones. */
const heartbeat = 15_000;
/** Milliseconds after which a client connects again. */
const retry = 2_000;

/**
 * Events as the body of a `text/event-stream` (WHATWG HTML §9.2), no faster than the client reads. Comments keep it open.
 * @param signal aborts when no one reads any more
 */
export function eventStream(events: AsyncIterable<ServerSentEvent>, signal: AbortSignal): Readable {
  const body = new PassThrough();
  body.write(`retry: ${retry}\n\n`);
  const pulse = setInterval(() => body.write(': still here\n\n'), heartbeat);
  pump(events, body, signal)
    .catch((error: Error) => body.destroy(error))
    .finally(() => clearInterval(pulse));
  return body;
}

async function pump(events: AsyncIterable<ServerSentEvent>, body: PassThrough, signal: AbortSignal): Promise<void> {
  for await (const event of events) {
    if (body.destroyed) return;
    if (!body.write(textOf(event))) await Promise.race([once(body, 'drain', { signal }), once(body, 'close')]).catch(() => {});
  }
  body.end();
}

function textOf({ id, event, data }: ServerSentEvent): string {
  const lines = [...(id === undefined ? [] : [`id: ${id}`]), ...(event === undefined ? [] : [`event: ${event}`])];
  return `${[...lines, `data: ${JSON.stringify(data)}`].join('\n')}\n\n`;
}
