import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { parseConfig } from '../../src/config.js';
import { createApp } from '../../src/server/app.js';
import { createLogger } from '../../src/server/log.js';
import { createMetrics, type Metrics } from '../../src/server/metrics.js';

export interface AppUnderTest {
  readonly app: FastifyInstance;
  readonly metrics: Metrics;
  /** The log lines written so far. */
  readonly lines: () => Record<string, unknown>[];
  /** All that was logged, as it was written. */
  readonly text: () => string;
}

export interface AppParts {
  readonly env?: Record<string, string>;
  readonly ready?: () => Promise<void>;
  readonly register?: (app: FastifyInstance) => Promise<void>;
}

/** The app as the program makes it, with its log kept. */
export async function anApp({ env = {}, ready = async () => {}, register = async () => {} }: AppParts = {}): Promise<AppUnderTest> {
  const chunks: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  const config = parseConfig({ LOG_LEVEL: 'debug', LOG_FORMAT: 'json', ...env });
  const logger = createLogger({ ...config, terminal: false, destination });
  const metrics = createMetrics();
  const app = await createApp({ config, logger, metrics, ready, register });
  const text = () => chunks.join('');
  const lines = () =>
    text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { app, metrics, lines, text };
}

/** Listens on a free port of the loopback address. */
export async function listening(app: FastifyInstance, host = '127.0.0.1'): Promise<number> {
  await app.listen({ port: 0, host });
  // Of a server that listens on a port, the address is an AddressInfo.
  return (app.server.address() as AddressInfo).port;
}

/** A connection that keeps what it is told. */
export class Client {
  received = '';
  readonly closed: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text) => {
      this.received += text;
    });
    // A connection that is cut off may end with an error; that it ended is what the tests ask.
    socket.on('error', () => {});
    this.closed = once(socket, 'close');
  }

  static async to(port: number, host = '127.0.0.1'): Promise<Client> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    return new Client(socket);
  }

  say(...lines: string[]): this {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return this;
  }
}

/** Sends one raw request and returns all that comes back. */
export async function exchange(port: number, ...lines: string[]): Promise<string> {
  const client = await Client.to(port);
  client.say(...lines, 'Connection: close');
  await client.closed;
  return client.received;
}
