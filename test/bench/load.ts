/**
 * Asks one server the same thing for some seconds, in a process of its own, so that the server's event loop is not shared. Started with
 * an IPC channel: it is sent a `LoadOrder` and answers with a `LoadResult`.
 *
 * It is written for sockets and not for an HTTP client, because it shares its core with the database: what it costs would be taken from
 * what is measured. Every answer must be a 200 with a Content-Length, and of the expected length.
 */
import { connect, type Socket } from 'node:net';
import type { Ask } from './case.js';

export interface LoadOrder {
  readonly port: number;
  readonly ask: Ask;
  readonly token: string;
  readonly seconds: number;
  readonly connections: number;
  /** Length of the body that every answer must have. */
  readonly bytes: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  /** Milliseconds. */
  readonly p99: number;
}

function requestText({ port, ask, token }: LoadOrder): Buffer {
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

/** Asks over one connection until the deadline. @returns the milliseconds of each answer that came in time */
function askUntil(deadline: number, order: LoadOrder, request: Buffer): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    let sentAt = 0;
    let head: Buffer = Buffer.alloc(0);
    let received = 0;
    let expected: number | undefined;
    const socket: Socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true });

    function send(): void {
      head = Buffer.alloc(0);
      received = 0;
      expected = undefined;
      sentAt = performance.now();
      socket.write(request);
    }

    function receive(chunk: Buffer): void {
      received += chunk.length;
      if (expected === undefined) {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        expected = lengthOf(head, order.bytes);
      }
      if (expected === undefined || received < expected) return;
      const now = performance.now();
      if (now >= deadline) {
        socket.destroy();
        return;
      }
      times.push(now - sentAt);
      send();
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
    socket.on('close', () => (performance.now() < deadline ? reject(new Error('The server closed a connection.')) : resolve(times)));
  });
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function load(order: LoadOrder): Promise<LoadResult> {
  const request = requestText(order);
  const deadline = performance.now() + order.seconds * 1_000;
  const all = await Promise.all(Array.from({ length: order.connections }, () => askUntil(deadline, order, request)));
  const times = Float64Array.from(all.flat()).sort();
  return { requestsPerSecond: times.length / order.seconds, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

// Sent by measure.ts alone.
process.once('message', async (order) => {
  const result = await load(order as LoadOrder);
  process.send?.(result, () => process.exit());
});
