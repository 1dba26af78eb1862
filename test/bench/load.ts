/**
 * Asks one server the same thing for some seconds, in a process of its own, so that the server's event loop is not shared. Started with
 * an IPC channel: it is sent a `LoadOrder` and answers with a `LoadResult`.
 *
 * It is written for sockets and not for an HTTP client, because it shares its core with the database: what it costs would be taken from
 * what is measured. Every answer must be a 200 with a Content-Length, and of the expected length.
 */
import { connect, type Socket } from 'node:net';
import type { Ask } from './case.js';
import { type LoadResult, percentile } from './loadResult.js';

export interface LoadOrder {
  readonly port: number;
  /** Each connection asks them in turns, and the n-th connection begins with the n-th. */
  readonly asks: readonly ExpectedAsk[];
  readonly token: string;
  readonly seconds: number;
  readonly connections: number;
}

/** A request, and the length of the body that its answer must have. */
export interface ExpectedAsk extends Ask {
  readonly bytes: number;
}

interface Request {
  readonly text: Buffer;
  readonly bytes: number;
}

function requestText({ port, token }: LoadOrder, ask: Ask): Buffer {
  const lines = [
    `${ask.method} ${ask.path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${token}`,
    ...(ask.body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(ask.body)}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${ask.body ?? ''}`);
}

const headEnd = Buffer.from('\r\n\r\n');

/** Bytes of the whole answer; undefined where its head has not arrived. @throws Error where it is not the expected one */
function lengthOf(start: Buffer, bytes: number): number | undefined {
  const end = start.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = start.toString('latin1', 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || Number(length) !== bytes) {
    throw new Error(`An answer was not the expected one: ${head.split('\r\n', 1)[0]}, ${length ?? 'no'} bytes instead of ${bytes}.`);
  }
  return end + headEnd.length + bytes;
}

/** What came over one connection. */
interface Answers {
  /** Milliseconds that each took. */
  readonly times: readonly number[];
  /** When the last one came, by `performance.now()`. */
  readonly lastAt: number;
}

/** Asks over one connection until the deadline, and until it has been answered once: what is slow would have no figure else. */
function askUntil(deadline: number, port: number, requests: readonly Request[], first: number): Promise<Answers> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    let lastAt = 0;
    let next = first;
    let bytes = 0;
    let sentAt = 0;
    let head: Buffer = Buffer.alloc(0);
    let received = 0;
    let expected: number | undefined;
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });

    function send(): void {
      head = Buffer.alloc(0);
      received = 0;
      expected = undefined;
      const request = requests[next % requests.length];
      if (!request) throw new Error('There is nothing to ask.');
      next += 1;
      bytes = request.bytes;
      sentAt = performance.now();
      socket.write(request.text);
    }

    function receive(chunk: Buffer): void {
      received += chunk.length;
      if (expected === undefined) {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        expected = lengthOf(head, bytes);
      }
      if (expected === undefined || received < expected) return;
      const now = performance.now();
      const isLate = now >= deadline;
      if (!isLate || times.length === 0) {
        times.push(now - sentAt);
        lastAt = now;
      }
      if (isLate) socket.destroy();
      else send();
    }

    socket.on('connect', send);
    socket.on('data', (chunk) => {
      try {
        receive(chunk);
      } catch (error) {
        reject(error);
        socket.destroy();
      }
    });
    socket.on('error', reject);
    socket.on('close', () =>
      performance.now() < deadline ? reject(new Error('The server closed a connection.')) : resolve({ times, lastAt }),
    );
  });
}

async function load(order: LoadOrder): Promise<LoadResult> {
  const requests = order.asks.map((ask) => ({ text: requestText(order, ask), bytes: ask.bytes }));
  const start = performance.now();
  const deadline = start + order.seconds * 1_000;
  const all = await Promise.all(Array.from({ length: order.connections }, (_, i) => askUntil(deadline, order.port, requests, i)));
  const times = Float64Array.from(all.flatMap((one) => one.times)).sort();
  const seconds = Math.max(deadline, ...all.map(({ lastAt }) => lastAt)) / 1_000 - start / 1_000;
  const answers = times.length;
  return { requestsPerSecond: answers / seconds, answers, seconds, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

// Sent by measure.ts alone.
process.once('message', async (order) => {
  const result = await load(order as LoadOrder);
  process.send?.(result, () => process.exit());
});
