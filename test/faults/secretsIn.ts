import { secretInText } from '../../src/fsck/secret.checks.js';

/** What a process printed that nobody may read: what looks like a secret, and these. @returns the lines */
export function secretsIn(output: string, ...secrets: readonly string[]): string[] {
  return output.split('\n').filter((line) => secretInText.test(line) || secrets.some((secret) => line.includes(secret)));
}
