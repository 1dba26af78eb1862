import { randomUUID } from 'node:crypto';

// W3C Trace Context §3.2.2: version, trace id, parent id and flags in lower-case hex. Version ff is forbidden, version 00 ends with the
// flags, and a later version may go on after another hyphen.
const pattern = /^(?:00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}|(?!ff|00)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?)$/;
const onlyZeros = /^0+$/;

/** The trace id of a `traceparent` header: 32 hex digits. A new one where the header is absent or breaks the specification. */
export function traceIdOf(traceparent: string | undefined): string {
  if (traceparent === undefined) return newTraceId();
  const [, trace00, parent00, traceLater, parentLater] = pattern.exec(traceparent) ?? [];
  const traceId = trace00 ?? traceLater;
  const parentId = parent00 ?? parentLater;
  if (traceId === undefined || parentId === undefined || onlyZeros.test(traceId) || onlyZeros.test(parentId)) {
    return newTraceId();
  }
  return traceId;
}

function newTraceId(): string {
  return randomUUID().replaceAll('-', '');
}

/** A `traceparent` header of this trace, with a new span id. */
export function traceparentOf(traceId: string): string {
  // The first and the last eight digits of a UUID are random, and one costs a tenth of asking for random bytes.
  const id = randomUUID();
  return `00-${traceId}-${id.slice(0, 8)}${id.slice(-8)}-01`;
}
