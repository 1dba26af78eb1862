import { signedHeaders } from './signature.js';
import type { Webhook } from './webhook.js';

/** Milliseconds that a receiver may take to answer. */
const timeout = 10_000;

/**
 * Sends one event, signed. Taken is what is answered with 2xx; a redirect is not followed, since it would carry the event to an address
 * that nobody configured.
 * @param timestamp of its `webhook-timestamp`: seconds since 1970
 * @returns why it was not taken, in words that hold nothing of what was sent or answered; undefined where it was
 */
export async function sendEvent(
  { url, secrets }: Webhook,
  { id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: string },
  stop: AbortSignal,
): Promise<string | undefined> {
  const late = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Tenantry', ...signedHeaders({ id, timestamp, body }, secrets) },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stop, late]),
    });
    // What it says is of no interest, and may never end.
    await response.body?.cancel();
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    if (late.aborted) return `no answer within ${timeout / 1_000} seconds`;
    if (stop.aborted) return 'cut off by a stop';
    return `no connection${codeOf(error)}`;
  }
}

/** What the network said, such as ECONNREFUSED: fetch wraps it as the cause. */
function codeOf(error: unknown): string {
  const code = property(property(error, 'cause'), 'code');
  return typeof code === 'string' ? ` (${code})` : '';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
