import pg from 'pg';

/** The name of the unique or exclusion constraint that an error says was violated, if it says so. */
export function violatedUnique(error: unknown): string | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined;
  return error.code === '23505' || error.code === '23P01' ? error.constraint : undefined;
}

const retryable = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '23503', // foreign key: what was read and is referred to was removed before the reference was written; the next attempt does not find it
  '0A000', // a kept plan went stale by DDL; see client.ts
]);

/** Whether the same transaction, run again from its start, may pass. */
export function isRetryable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code !== undefined && retryable.has(error.code);
}

/** Whether a statement got no lock: it waited for as long as it may, or two waited for each other. */
export function isHeldUp(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '40P01');
}

/** Whether the server ended the statement because it took too long. */
export function isTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '57014';
}
