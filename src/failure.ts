import pg from 'pg';
import { Unanswered } from './db/unanswered.js';
import { isTimeout } from './db/violations.js';
import { DomainError, Unavailable } from './errors.js';

// SQLSTATE classes: connection exceptions, insufficient resources, operator intervention (a server that shuts down).
const outages = /^(08|53|57P)/;
const connectionLost = /^(Connection terminated|Client has encountered a connection error)/;
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * An error as one of the domain's, where it is one: those that services throw, and failures of the database that pass by
 * themselves. Undefined for anything else, which is a defect of ours and is shown to nobody.
 */
export function asDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isTimeout(error)) return new Unavailable('This took too long and was stopped. Ask for less, or try again.', 1, { cause: error });
  if (isOutage(error)) return new Unavailable('The database cannot be reached. Try again shortly.', 1, { cause: error });
  return undefined;
}

/** Whether an error says that a database does not answer, and not that it refused what it was asked. */
export function isOutage(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return outages.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  return error instanceof Unanswered || connectionLost.test(error.message) || ('code' in error && systemCodes.has(String(error.code)));
}
