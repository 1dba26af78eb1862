import type { Config } from '../config.js';
import type { AuthProvider } from './authProvider.js';
import { localProvider } from './localProvider.js';
import { webhookProvider } from './webhookProvider.js';

/** The auth provider that is configured: the one behind a webhook, or none but this program itself. */
export function authProviderOf({ authWebhookUrl: url, authWebhookSecret: secrets }: Config): AuthProvider {
  const [current] = secrets ?? [];
  return url && secrets && current ? webhookProvider({ url, secrets: [current, ...secrets.slice(1)] }) : localProvider;
}
