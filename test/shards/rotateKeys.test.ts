import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDsn, type ShardKey, sealDsn, shardKeys } from '../../src/tenancy/shardKeys.js';
import { command } from '../support/command.js';
import { type TestDatabase, testDatabase } from '../support/database.js';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'tenantry-keys-'));
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const secret = 'kanarienvogel-0815';
const dsn = (i: number) => `postgresql://shard${i}:${secret}@db${i}.example/tenants`;

const key = (version: number): ShardKey => ({ version, secret: randomBytes(32) });
const text = ({ version, secret: bytes }: ShardKey) => `${version}:${bytes.toString('base64url')}`;

/** What the data folder keeps, a key each. */
const kept = () => readFileSync(join(folder, 'shard-keys'), 'utf8').trim().split('\n');

/** Registers shards under a key. */
async function someShards(count: number, first: ShardKey): Promise<void> {
  const keys = shardKeys([first]);
  for (let i = 0; i < count; i += 1) {
    const id = crypto.randomUUID();
    const { ciphertext, keyVersion } = sealDsn(keys, id, dsn(i));
    await database.db
      .insertInto('shards')
      .values({ public_id: id, name: `shard ${i}`, region: '', max_orgs: 1, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion })
      .execute();
  }
}

const sealed = () =>
  database.db
    .selectFrom('shards')
    .select(['public_id', 'dsn_ciphertext', 'dsn_key_version'])
    .where('dsn_ciphertext', 'is not', null)
    .orderBy('id')
    .execute();

async function rotate(env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const run = command('src/rotateShardKeys.ts', [], { DATABASE_URL: database.url, DATA_DIR: folder, ...env });
  return { code: await run.ended, output: run.output() };
}

describe('npm run shards:rotate-keys', () => {
  it('adds a key to those in the data folder, and encrypts every address under it', async () => {
    const first = key(1);
    writeFileSync(join(folder, 'shard-keys'), `${text(first)}\n`);
    await someShards(3, first);
    const before = await sealed();
    expect(await rotate()).toEqual({ code: 0, output: 'Encrypted 3 shards anew, under the key of version 2.\n' });
    expect(kept()).toEqual([text(first), expect.stringMatching(/^2:/)]);
    const newest = shardKeys([{ version: 2, secret: Buffer.from(kept()[1]?.slice(2) ?? '', 'base64url') }]);
    for (const [i, { public_id: id, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion }] of (await sealed()).entries()) {
      expect(keyVersion).toBe(2);
      expect(ciphertext).not.toEqual(before[i]?.dsn_ciphertext);
      expect(openDsn(newest, id, { ciphertext: ciphertext ?? Buffer.alloc(0), keyVersion: 2 })).toBe(dsn(i));
    }
  });

  it('uses the keys of the configuration where it names them, and has nothing to do the second time', async () => {
    const third = text(key(3));
    const env = { SHARD_KEYS: [...kept(), third].join() };
    expect(await rotate(env)).toEqual({ code: 0, output: 'Encrypted 3 shards anew, under the key of version 3.\n' });
    expect(await rotate(env)).toEqual({ code: 0, output: 'Encrypted 0 shards anew, under the key of version 3.\n' });
    expect(await rotate({ SHARD_KEYS: third })).toMatchObject({ code: 0 });
  });

  it('ends with 1 and a line where a key is missing, and leaves the address as it was', async () => {
    const before = await sealed();
    const { code, output } = await rotate({ SHARD_KEYS: text(key(4)) });
    expect({ code, output }).toEqual({
      code: 1,
      output: 'The address of this shard cannot be read. The configuration lacks its key, of version 3.\n',
    });
    expect(await sealed()).toEqual(before);
  });

  it('ends with 1 and a line without a secret where the database does not answer', async () => {
    const { code, output } = await rotate({ DATABASE_URL: `postgresql://me:${secret}@127.0.0.1:1/db` });
    expect(code).toBe(1);
    expect(output).toBe("The database of DATABASE_URL can't be reached: ECONNREFUSED.\n");
  });
});
