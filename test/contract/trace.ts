/** The trace id that a response names in its `traceparent` header. */
export function traceIdIn(headers: Headers): string {
  const [, traceId = ''] = headers.get('traceparent')?.split('-') ?? [];
  return traceId;
}
