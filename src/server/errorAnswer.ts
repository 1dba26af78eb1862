import { STATUS_CODES } from 'node:http';
import { type DomainError, type ErrorCode, TooManyRequests, Unavailable } from '../errors.js';
import { asDomainError } from '../failure.js';
import { HttpRefusal } from './httpRefusal.js';

/** An error as the caller sees it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly detail: string; readonly code: string; readonly trace_id: string };
  /** The error is a defect of ours: it belongs into the log, and nothing of it into the answer. */
  readonly internal: boolean;
}

/** The status of an HTTP answer that is one error. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  LOCKOUT: 400,
  BAD_USER_INPUT: 422,
  TOO_MANY_REQUESTS: 429,
  UNAVAILABLE: 503,
};

interface Wording {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

/** Errors of Fastify, and of Node's HTTP parser, that a request can bring about. */
const wordings: Readonly<Record<string, Wording>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: {
    status: 400,
    code: 'INVALID_JSON',
    detail: 'Invalid JSON: the body cannot be parsed, or has a member called __proto__ or constructor.prototype.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400, code: 'INVALID_JSON', detail: 'The body is empty, and its Content-Type says JSON.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, code: 'BODY_TOO_LARGE', detail: 'The body is larger than 1 MB.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    detail: 'The Content-Type is not supported here. Send application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { status: 400, code: 'INVALID_BODY', detail: 'The body is not as long as its Content-Length says.' },
  FST_ERR_BAD_URL: { status: 400, code: 'INVALID_URL', detail: 'The request target is not valid.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'REQUEST_TIMEOUT', detail: 'The request did not arrive in time.' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'HEADERS_TOO_LARGE', detail: 'The headers are too large.' },
};

/** How an error is answered where no surface says otherwise. */
export function errorAnswer(error: unknown, traceId: string): ErrorAnswer {
  const domain = asDomainError(error);
  if (domain) return answerOf(statusOf[domain.code], domain.code, domain.message, traceId, headersOf(domain));
  if (error instanceof HttpRefusal) return answerOf(error.status, error.code, error.message, traceId);

  const wording = wordings[codeOf(error)] ?? clientError(error);
  if (wording) return answerOf(wording.status, wording.code, wording.detail, traceId);

  const detail = 'Something went wrong here. Quote the trace id when you report it.';
  return { ...answerOf(500, 'INTERNAL', detail, traceId), internal: true };
}

/** A request that Node's parser refused. */
export function malformedRequestAnswer(error: unknown, traceId: string): ErrorAnswer {
  const wording = wordings[codeOf(error)] ?? { status: 400, code: 'BAD_REQUEST', detail: 'The request is not valid HTTP.' };
  return answerOf(wording.status, wording.code, wording.detail, traceId);
}

export function noRouteAnswer(method: string, path: string, traceId: string): ErrorAnswer {
  return answerOf(404, 'NOT_FOUND', `There is no ${method} ${path}.`, traceId);
}

function answerOf(status: number, code: string, detail: string, traceId: string, headers: Record<string, string> = {}): ErrorAnswer {
  return { status, headers, body: { detail, code, trace_id: traceId }, internal: false };
}

/** The headers that tell a program what to do about an error. */
export function headersOf(error: DomainError): Record<string, string> {
  if (error.code === 'UNAUTHENTICATED') return { 'www-authenticate': 'Bearer' }; // RFC 6750 §3
  if (error instanceof Unavailable || error instanceof TooManyRequests) return { 'retry-after': String(error.retryAfter) };
  return {};
}

/** The `code` of an error of Node's or Fastify's; empty where there is none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** An error that says itself that the request is at fault. Its text is shown only where Fastify wrote it. */
function clientError(error: unknown): Wording | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return undefined;
  const status = error.statusCode;
  if (status < 400 || status > 499) return undefined;
  const phrase = STATUS_CODES[status] ?? 'Bad Request';
  const detail = codeOf(error).startsWith('FST_') ? error.message : `${phrase}.`;
  return { status, code: phrase.toUpperCase().replace(/[^A-Z]+/g, '_'), detail };
}
