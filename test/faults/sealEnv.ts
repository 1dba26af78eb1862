import { randomBytes } from 'node:crypto';

/** Environment of whatever seals a trail in one of these tests: several processes seal one, and fsck verifies it. */
export const sealEnv: Readonly<Record<string, string>> = { AUDIT_SIGNING_KEYS: `seal:${randomBytes(32).toString('base64url')}` };
