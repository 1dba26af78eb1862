import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { codeOf, type ErrorAnswer, errorAnswer, malformedRequestAnswer, noRouteAnswer } from './errorAnswer.js';
import { responseHeaders } from './responseHeaders.js';
import { traceIdOf } from './traceContext.js';

/** Answers an error of a route. What is internal is logged with its stack, and shown with its trace id alone. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = errorAnswer(error, request.id);
  if (answer.internal) request.log.error({ err: error }, 'internal error');
  return send(reply, answer);
}

export function handleNoRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return send(reply, noRouteAnswer(request.method, pathOf(request.url), request.id));
}

/** Answers an error from before routing, where no hook runs. */
export function handleFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(responseHeaders(request.id));
  // A path that can't be decoded names nothing; the contract knows no 400 for it.
  if (codeOf(error) === 'FST_ERR_BAD_URL' && request.url.startsWith('/')) handleNoRoute(request, reply);
  else handleError(error, request, reply);
}

/** Answers what Node's parser could not read, and closes the connection. */
export function handleMalformedRequest(error: unknown, socket: Socket): void {
  // What is left of a connection that was reset can't be answered.
  if (!socket.writable || codeOf(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const traceId = traceIdOf(undefined);
  const { status, body } = malformedRequestAnswer(error, traceId);
  const text = JSON.stringify(body);
  const headers = {
    ...responseHeaders(traceId),
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`, () => socket.destroy());
}

function send(reply: FastifyReply, { status, headers, body }: ErrorAnswer): FastifyReply {
  return reply.code(status).headers(headers).type('application/json; charset=utf-8').send(body);
}

/** Without the query string, which may carry what belongs to the caller alone. */
function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
