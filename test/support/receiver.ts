import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';

/** One request that a receiver was sent. */
export interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The parsed body. */
  readonly event: { readonly type: string; readonly timestamp: string; readonly data: Readonly<Record<string, unknown>> };
}

/** What a receiver does with a request: answers with a status, sends it on to an address, or never answers. */
export type Answer = number | { readonly redirectTo: string } | 'hang';

/** An HTTP server that webhooks are sent to, on a port of its own. */
export interface Receiver {
  readonly url: string;
  /** Whatever arrived, also what was not taken. */
  readonly received: Received[];
  /** Says how every further request is answered. */
  answer(how: Answer | ((request: Received) => Answer)): void;
  close(): Promise<void>;
}

/** Starts a receiver that takes everything. @param port of one that was closed; a free one where it is left out */
export async function startReceiver(port = 0): Promise<Receiver> {
  let decide: (request: Received) => Answer = () => 204;
  const received: Received[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const one = { headers: request.headers, body, event: JSON.parse(body) };
    received.push(one);
    const answer = decide(one);
    if (answer === 'hang') return;
    if (typeof answer === 'number') response.writeHead(answer).end('the body says nothing');
    else response.writeHead(307, { location: answer.redirectTo }).end();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The receiver does not listen.');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    answer(how) {
      decide = typeof how === 'function' ? how : () => how;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether one of a request's signatures is that of a secret, by the rules of Standard Webhooks and nothing of ours. */
export function isSignedWith(secret: string, { headers, body }: Received): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(expected);
}
