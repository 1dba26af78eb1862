import { availableParallelism } from 'node:os';
import { Algorithm, hash, verify } from '@node-rs/argon2';
import { boundedQueue } from './boundedQueue.js';

// OWASP's first choice for argon2id: 19 MiB, 2 passes, 1 lane.
const options = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// Each check takes a core for some 30 ms and 19 MiB through its cache: one core at least is left to everything else, and a hundred that
// wait are served within seconds.
const inTurn = boundedQueue(
  Math.max(1, availableParallelism() - 1),
  100,
  'Too many passwords are being checked at once. Try again shortly.',
);

/** Characters; more would only cost the server time. */
export const maxPasswordLength = 1_024;

/** The hash of a password, with a salt of its own. @throws Unavailable where too many are being made or checked */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, options));
}

let decoy: Promise<string> | undefined;

/**
 * Whether a password is the one that was hashed. Where there is no hash, an equally long check against a decoy is made,
 * so that the time of the answer does not tell whether the user exists.
 * @throws Unavailable where too many are being made or checked
 */
export async function verifyPassword(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hash('no password has this hash', options);
  const against = passwordHash ?? (await decoy);
  const matches = await inTurn(() => verify(against, password.slice(0, maxPasswordLength)));
  return matches && passwordHash !== null && passwordHash !== undefined && password.length <= maxPasswordLength;
}
