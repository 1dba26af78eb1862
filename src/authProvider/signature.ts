import { createHmac } from 'node:crypto';

/** What is sent, and when, as its signature covers it. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970: of this attempt, so that a receiver can refuse an old one that is played again. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers that say whom a message is from, as Standard Webhooks 1.0.0 defines them: `v1` is HMAC-SHA256 over `id.timestamp.body`, one
 * signature for each secret.
 */
export function signedHeaders({ id, timestamp, body }: SignedMessage, secrets: readonly Buffer[]): Record<string, string> {
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}
