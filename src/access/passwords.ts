import { Algorithm, hash, verify } from '@node-rs/argon2';

// OWASP's first choice for argon2id: 19 MiB, 2 passes, 1 lane.
const options = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Characters; more would only cost the server time. */
export const maxPasswordLength = 1_024;

/** The hash of a password, with a salt of its own. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, options);
}

let decoy: Promise<string> | undefined;

/**
 * Whether a password is the one that was hashed. Where there is no hash, an equally long check against a decoy is made,
 * so that the time of the answer does not tell whether the user exists.
 */
export async function verifyPassword(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword('no password has this hash');
  const matches = await verify(passwordHash ?? (await decoy), password.slice(0, maxPasswordLength));
  return matches && passwordHash !== null && passwordHash !== undefined && password.length <= maxPasswordLength;
}
