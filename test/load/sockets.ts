import { connect, type Socket } from 'node:net';

/** A request as it goes over the wire. */
export interface Sent {
  /** What the outcome is counted under. */
  readonly name: string;
  readonly text: string;
}

/** Connections, at most: as many as a load balancer would keep. What finds none free waits for one. */
const most = 512;

/** Asks one server over as many connections as it takes, for little of this machine's time: its processors are the server's. */
export interface Sockets {
  /** @returns the status and the milliseconds until the answer was whole; 0 where the connection broke */
  ask(sent: Sent): Promise<{ status: number; milliseconds: number }>;
  close(): void;
}

interface Connection {
  readonly socket: Socket;
  pending: ((status: number) => void) | undefined;
  received: Buffer;
}

const headEnd = Buffer.from('\r\n\r\n');

export function sockets(port: number): Sockets {
  const all = new Set<Connection>();
  const idle: Connection[] = [];
  const waiting: ((connection: Connection) => void)[] = [];

  function open(): Connection {
    const connection: Connection = {
      socket: connect({ port, host: '127.0.0.1', noDelay: true }),
      pending: undefined,
      received: Buffer.alloc(0),
    };
    all.add(connection);
    connection.socket.on('data', (data) => take(connection, data));
    connection.socket.on('error', () => {});
    connection.socket.on('close', () => {
      all.delete(connection);
      const place = idle.indexOf(connection);
      if (place >= 0) idle.splice(place, 1);
      connection.pending?.(0);
      waiting.shift()?.(open());
    });
    return connection;
  }

  function free(): Connection | Promise<Connection> {
    const connection = idle.pop();
    if (connection) return connection;
    return all.size < most ? open() : new Promise((resolve) => waiting.push(resolve));
  }

  function take(connection: Connection, data: Buffer): void {
    connection.received = connection.received.length === 0 ? data : Buffer.concat([connection.received, data]);
    const status = statusWhereWhole(connection.received);
    if (status === undefined) return;
    connection.received = Buffer.alloc(0);
    const { pending } = connection;
    connection.pending = undefined;
    const next = waiting.shift();
    if (next) next(connection);
    else idle.push(connection);
    pending?.(status);
  }

  return {
    async ask({ text }) {
      const start = performance.now();
      const connection = await free();
      return new Promise((resolve) => {
        connection.pending = (status) => resolve({ status, milliseconds: performance.now() - start });
        connection.socket.write(text);
      });
    },
    close() {
      for (const { socket } of all) socket.destroy();
    },
  };
}

/** The status of an answer that has a Content-Length and is all there. */
function statusWhereWhole(received: Buffer): number | undefined {
  const end = received.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  return received.length >= end + headEnd.length + length ? Number(head.slice(9, 12)) : undefined;
}

/** @param token empty for a caller who has none */
export function requestText(port: number, method: string, path: string, token: string, body?: object): string {
  const content = body && JSON.stringify(body);
  return [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...(token ? [`Authorization: Bearer ${token}`] : []),
    ...(content ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(content)}`] : []),
    '',
    content ?? '',
  ].join('\r\n');
}
