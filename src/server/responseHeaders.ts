import { traceparentOf } from './traceContext.js';

/** For what is no page: nothing may be loaded, and nobody may frame it. A page sets a policy of its own. */
const strictPolicy = "default-src 'none'; frame-ancestors 'none'";

/** The headers that every response carries. */
export function responseHeaders(traceId: string): Readonly<Record<string, string>> {
  return {
    traceparent: traceparentOf(traceId),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': strictPolicy,
  };
}
