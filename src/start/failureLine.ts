import { Unusable } from '../audit/seal/unusable.js';
import { ConfigError } from '../config.js';
import { EmbeddedPostgresError } from '../db/embedded/embeddedPostgres.js';
import { DatabaseIsNewer, DatabaseIsOlder } from '../db/migrator.js';
import { Conflict, Invalid, NotFound, Unavailable } from '../errors.js';
import { DocumentError } from '../rest/documentError.js';
import { CanaryFailed } from '../tenancy/migrateTenants.js';
import { ShardKeyMissing } from '../tenancy/shardKeys.js';
import { ServerTooOld } from './prepareDatabase.js';

/** Errors whose message was written for whoever starts the program, or one of its commands. */
const spoken = [
  ...[ConfigError, EmbeddedPostgresError, DatabaseIsNewer, DatabaseIsOlder, DocumentError, ServerTooOld],
  ...[CanaryFailed, ShardKeyMissing],
  ...[Conflict, Invalid, NotFound, Unusable],
];

/** Why the program does not start, in a line without a secret. */
export function failureLine(error: unknown): string {
  if (!(error instanceof Error)) return 'The start failed.';
  if (spoken.some((type) => error instanceof type)) return error.message;
  // An option that there is not, or without its value.
  if ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')) return error.message;
  if ('code' in error && error.code === 'ENOENT' && 'path' in error) return `${error.path} is not there.`;
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${error.port} is in use. Stop what listens there, or set PORT.`;
  }
  if ('code' in error && (error.code === 'EACCES' || error.code === 'EROFS') && 'path' in error) {
    return `${error.path} can't be written. Set DATA_DIR to a folder that can.`;
  }
  const cause = error instanceof Unavailable ? reasonOf(error.cause) : undefined;
  if (cause) return `The database of DATABASE_URL can't be reached: ${cause}.`;
  return error.stack ?? error.message;
}

/** What a driver or the system says of a connection; never the address, which may carry a password. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  if (!(cause instanceof Error)) return 'no answer';
  if ('code' in cause && typeof cause.code === 'string' && /^E[A-Z]+$/.test(cause.code)) return cause.code;
  return cause.message;
}
