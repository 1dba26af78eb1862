import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOrMake } from '../keptFile.js';
import type { SigningKey } from './signingKeys.js';

const form = /^([\w-]+):([A-Za-z0-9_-]{43})\n?$/;

/**
 * The signing key that a folder keeps, made where there is none; readable to its owner alone. For one gateway on one
 * machine: several gateways share their keys by the configuration.
 * @throws Error where the folder can't be written, or the file is not a key
 */
export function keyKeptIn(dataDir: string, fileName = 'signing-key'): SigningKey {
  const file = join(dataDir, fileName);
  const [, kid, secret] =
    form.exec(readOrMake(file, `k${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64url')}\n`)) ?? [];
  if (!kid || !secret) throw new Error(`${file} is not a signing key; remove it, and what it signed counts no more.`);
  return { kid, secret: Buffer.from(secret, 'base64url') };
}
