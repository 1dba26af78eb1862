import { Invalid } from '../errors.js';
import { asDomainError } from '../failure.js';
import { RequestInvalid } from './requestInvalid.js';
import type { Answer, Occasion, Surface } from './surface.js';

/** @returns the surface's answer to an error; undefined where the error is internal */
export function answerTo(surface: Surface, error: unknown, occasion: Occasion): Answer | undefined {
  if (error instanceof RequestInvalid) return surface.invalid(error.issues);
  if (error instanceof Invalid) {
    return surface.invalid(error.issues.map(({ path, message, type }) => ({ loc: locOf(path), msg: message, type })));
  }
  const known = asDomainError(error);
  if (known) return surface.refused(known, occasion);
  const unread = bodyNotRead(error);
  return unread ? surface.invalid([{ loc: ['body'], msg: unread, type: 'value_error' }]) : undefined;
}

/** A fault of the request that is no parameter's: of a header, or of the body as a whole. */
function locOf(path: readonly (string | number)[]): readonly (string | number)[] {
  return path[0] === 'header' ? path : ['body', ...path];
}

// Fastify's errors about reading a body would be a 400, 413 or 415, and no operation documents one of these.
const unreadable: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The request body is too large.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The request body is not as long as its Content-Length says.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Content-Type should be application/json.',
};

function bodyNotRead(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? unreadable[error.code] : undefined;
}
