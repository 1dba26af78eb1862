import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from './signingKeys.js';

const form = /^([\w-]+):([A-Za-z0-9_-]{43})\n?$/;

/**
 * The signing key that a folder keeps, made where there is none; readable to its owner alone. For one gateway on one
 * machine: several gateways share their keys by the configuration.
 * @throws Error where the folder can't be written, or the file is not a key
 */
export function keyKeptIn(dataDir: string, fileName = 'signing-key'): SigningKey {
  const file = join(dataDir, fileName);
  const [, kid, secret] = form.exec(readOrMake(file, dataDir)) ?? [];
  if (!kid || !secret) throw new Error(`${file} is not a signing key; remove it, and what it signed counts no more.`);
  return { kid, secret: Buffer.from(secret, 'base64url') };
}

function readOrMake(file: string, dataDir: string): string {
  mkdirSync(dataDir, { recursive: true });
  const made = `k${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64url')}\n`;
  try {
    // Two first starts at once: one makes the file, the other reads it.
    writeFileSync(file, made, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return readFileSync(file, 'utf8');
    throw error;
  }
}
