import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOrMake } from '../keptFile.js';
import type { ShardKey } from './shardKeys.js';

const fileName = 'shard-keys';
const form = /^([1-9]\d{0,8}):([A-Za-z0-9_-]{43})$/;

function newLine(version: number): string {
  return `${version}:${randomBytes(32).toString('base64url')}\n`;
}

/**
 * The shard keys that a folder keeps, a line each, made where there are none; readable to their owner alone. For one gateway on one
 * machine: several gateways share their keys by the configuration.
 * @throws Error where the folder can't be written, or the file is not one of keys
 */
export function shardKeysKeptIn(dataDir: string): readonly [ShardKey, ...ShardKey[]] {
  const file = join(dataDir, fileName);
  const lines = readOrMake(file, newLine(1)).trimEnd().split('\n');
  const [first, ...others] = lines.map((line) => {
    const [, version, secret] = form.exec(line) ?? [];
    if (!version || !secret) throw new Error(`${file} is not a file of shard keys.`);
    return { version: Number(version), secret: Buffer.from(secret, 'base64url') };
  });
  if (!first) throw new Error(`${file} is not a file of shard keys.`);
  return [first, ...others];
}

/** Adds a newer key to those that a folder keeps. @returns all of them */
export function addShardKeyTo(dataDir: string): readonly [ShardKey, ...ShardKey[]] {
  const newest = Math.max(...shardKeysKeptIn(dataDir).map(({ version }) => version));
  appendFileSync(join(dataDir, fileName), newLine(newest + 1));
  return shardKeysKeptIn(dataDir);
}
