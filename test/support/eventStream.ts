import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { DocumentNode } from 'graphql';
import { print } from 'graphql';
import type { Caller, TestGateway } from './gateway.js';

/** A server-sent event as a client reads it. */
export interface ReceivedEvent {
  readonly id: string | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: the data is whatever the test then says that it is
  readonly data: any;
}

/** An answer that streams, or one that refuses. */
export interface StreamAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body of a refusal; undefined where it streams. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly body: any;
  /** Each event as it comes, until the server ends the stream. To stop reading closes the connection. */
  readonly events: AsyncGenerator<ReceivedEvent, void>;
}

/** Opens a stream of the REST surface. */
export function openEvents(gateway: Pick<TestGateway, 'url'>, path: string, caller: Caller = {}): Promise<StreamAnswer> {
  return opened(`${gateway.url}${path}`, { headers: headersOf(caller) });
}

/** Opens a GraphQL subscription. */
export function subscribe(
  gateway: Pick<TestGateway, 'url'>,
  document: string | DocumentNode,
  variables: object = {},
  caller: Caller = {},
): Promise<StreamAnswer> {
  const query = typeof document === 'string' ? document : print(document);
  const headers = { ...headersOf(caller), accept: 'text/event-stream', 'content-type': 'application/json' };
  return opened(`${gateway.url}/graphql/stream`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
}

function headersOf({ token, headers }: Caller): Record<string, string> {
  return { ...(token && { authorization: `Bearer ${token}` }), ...headers };
}

async function opened(url: string, init: RequestInit): Promise<StreamAnswer> {
  const hangUp = new AbortController();
  const response = await fetch(url, { ...init, signal: hangUp.signal });
  const streams = response.headers.get('content-type')?.startsWith('text/event-stream');
  const body = streams ? undefined : await response.json();
  return { status: response.status, headers: response.headers, body, events: eventsOf(response, hangUp) };
}

async function* eventsOf(response: Response, hangUp: AbortController): AsyncGenerator<ReceivedEvent, void> {
  if (!response.body || response.bodyUsed) return;
  // The two types of web streams, of the DOM and of Node, are the same thing.
  const input = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  // Hanging up is an error to the stream, and none to the test.
  input.on('error', () => {});
  const lines = createInterface({ input });
  let fields: Record<string, string> = {};
  try {
    for await (const line of lines) {
      const colon = line.indexOf(':');
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
      if (line !== '') continue;
      const { id, event = 'message', data } = fields;
      fields = {};
      if (data !== undefined) yield { id, event, data: data === '' ? undefined : JSON.parse(data) };
    }
  } finally {
    lines.close();
    input.destroy();
    hangUp.abort();
  }
}
