import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config.js';

export interface LogOptions extends Pick<Config, 'logLevel' | 'logFormat'> {
  /** Whether the lines go to a terminal, which is what the format `auto` asks. */
  readonly terminal: boolean;
  /** Where the lines go; standard output where absent. */
  readonly destination?: DestinationStream & NodeJS.WritableStream;
}

/** JSON lines are written together: a write for each request would cost it a twentieth of its time. */
const gathering = {
  /** Characters. */
  minLength: 16_383,
  /** Milliseconds that a line waits at most. */
  periodicFlush: 100,
};

function standardOutput(): DestinationStream {
  const destination = pino.destination({ dest: 1, sync: true, ...gathering });
  process.on('exit', () => destination.flushSync());
  return destination;
}

/**
 * Makes the log of a process: one JSON object a line, or lines for people. Both are written synchronously, the last ones when the process
 * ends, so that its last words are not lost; SIGKILL alone loses those of the last tenth of a second. Of a request or a response that is logged as `req` or `res` nothing is shown that a caller sent.
 */
export function createLogger({ logLevel, logFormat, terminal, destination }: LogOptions): Logger {
  const options = {
    level: logLevel,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorForLog, req: requestForLog, res: responseForLog },
  };
  const readable = logFormat === 'pretty' || (logFormat === 'auto' && terminal);
  if (!readable) return pino(options, destination ?? standardOutput());
  return pino(
    options,
    pretty({
      destination: destination ?? 1,
      sync: true,
      colorize: terminal,
      singleLine: true,
      translateTime: 'SYS:HH:MM:ss.l',
      ignore: 'pid,hostname,method,route,status,duration_ms,trace_id',
      messageFormat: (line, messageKey) => {
        const { duration_ms: duration, trace_id: traceId } = line;
        const parts = [
          String(line[messageKey]),
          duration === undefined ? '' : `${duration} ms`,
          traceId === undefined ? '' : `trace ${traceId}`,
        ];
        return parts.filter(Boolean).join('  ');
      },
    }),
  );
}

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
  readonly cause?: LoggedError;
}

/** Deep enough for a domain error over a driver's over a socket's. */
const maxCauses = 4;

/**
 * The parts of an error that were written by programmers. Its other properties may hold rows and parameters: PostgreSQL's `detail`
 * quotes values.
 */
function errorForLog(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'A value that is no error was thrown.', stack: '' };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack ?? '',
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(error.cause !== undefined && depth < maxCauses && { cause: errorForLog(error.cause, depth + 1) }),
  };
}

function requestForLog({ method }: { method?: string }): object {
  return { method };
}

function responseForLog({ statusCode }: { statusCode?: number }): object {
  return { status: statusCode };
}
