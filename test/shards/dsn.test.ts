import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { Unavailable } from '../../src/errors.js';
import { rotateShardKeys } from '../../src/shards/rotateShardKeys.js';
import { openDsn, type ShardKey, sealDsn, shardKeys } from '../../src/tenancy/shardKeys.js';
import { blackHole } from '../support/blackHole.js';
import { aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

const canary = 'kanarienvogel-4711';
const key = (version: number): ShardKey => ({ version, secret: randomBytes(32) });
let [first, second]: ShardKey[] = [key(1), key(2)];
const text = ({ version, secret }: ShardKey) => `${version}:${secret.toString('base64url')}`;

let gateway: TestGateway;
let count = 0;
beforeAll(async () => {
  [first, second] = [key(1), key(2)];
  gateway = await testGateway({ SHARD_KEYS: [first, second].map(text).join(), LOG_LEVEL: 'trace' });
});
afterAll(() => gateway.close());

const create = (body: object) =>
  gateway.rest('POST', '/api/v1/platform/shards', { token: gateway.adminToken, body: { is_active: false, ...body } });
const patch = (id: string, body: object) => gateway.rest('PATCH', `/api/v1/platform/shards/${id}`, { token: gateway.adminToken, body });
const fresh = () => {
  count += 1;
  return `Shard ${count}`;
};
/** The address of this test's database, as a user of that name. */
function dsnAs(user: string, password: string): string {
  const url = new URL(gateway.database.url);
  [url.username, url.password] = [user, password];
  return url.href;
}
const faultOf = (body: { detail: { loc: string[]; msg: string }[] }) => body.detail[0];

describe('The address of a shard', () => {
  it('is in no response, no log line, no error and no audit entry, whether it is taken or refused', async () => {
    await sql`create role ${sql.id(`shard_${canary}`)} superuser login password ${sql.lit(canary)}`.execute(gateway.database.db);
    const good = dsnAs(`shard_${canary}`, canary);
    const bad = `postgresql://someone:${canary}@127.0.0.1:1/nowhere`;
    const made = await create({ name: fresh(), dsn: good });
    expect(made.status).toBe(201);
    const answers = [
      made,
      await create({ name: fresh(), dsn: bad }),
      await create({ name: fresh(), dsn: `postgresql://x:${canary}@${canary}.invalid/db` }),
      await create({ name: fresh(), dsn: `mysql://x:${canary}@h/db` }),
      await create({ name: 7, dsn: { secret: canary } }),
      await patch(made.body.id, { base_version: 1, dsn: good }),
      await patch(made.body.id, { base_version: 2, dsn: bad }),
      await patch(made.body.id, { base_version: 1, dsn: good }),
      await gateway.rest('GET', '/api/v1/platform/shards', { token: gateway.adminToken }),
      await gateway.graphql(
        'mutation ($d: String!) { createShard(input: { name: "", dsn: $d }) { shard { id } } }',
        { d: good },
        {
          token: gateway.adminToken,
        },
      ),
      await gateway.graphql(
        `mutation { createShard(input: { name: "g", dsn: "${bad}" }) { shard { id } } }`,
        {},
        { token: gateway.adminToken },
      ),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 422, 422, 422, 422, 200, 422, 409, 200, 200, 200]);
    expect(JSON.stringify(answers)).not.toContain(canary);
    expect(gateway.logs()).toContain('/api/v1/platform/shards');
    expect(gateway.logs()).not.toContain(canary);
    const tables = ['platform_audit_log', 'audit_snapshots', 'audit_outbox', 'shards', 'idempotency_keys'];
    for (const table of tables) {
      const { rows } = await sql`select t.*::text as row from ${sql.table(table)} t`.execute(gateway.database.db);
      expect(JSON.stringify(rows)).not.toContain(canary);
    }
  });

  it.each([
    ['is no address', () => 'acme', /postgresql:\/\/user/],
    ['names a file', () => `${gateway.database.url}?sslcert=/etc/passwd`, /sslmode/],
    ['names a socket', () => 'postgresql://me@/db?host=/tmp', /postgresql:\/\/user/],
    ['is too long', () => `${gateway.database.url}${'x'.repeat(2_048)}`, /at most 2048/],
    ['names no database of the server', () => gateway.database.url.replace(/\w+$/, 'no_such'), /no such database/],
    ['names a host that there is not', () => 'postgresql://me:x@no-such-host.invalid/db', /no such host|cannot be reached/],
  ])('is refused where it %s', async (_how, dsn, message) => {
    const { status, body } = await create({ name: fresh(), dsn: dsn() });
    expect({ status, fault: faultOf(body) }).toMatchObject({
      status: 422,
      fault: { loc: ['body', 'dsn'], msg: expect.stringMatching(message) },
    });
  });

  it('is refused where its user may not make schemas and roles, and nothing of the trial is left', async () => {
    const name = `weak_${randomBytes(4).toString('hex')}`;
    await sql`create role ${sql.id(name)} login password 'weak'`.execute(gateway.database.db);
    const { body } = await create({ name: fresh(), dsn: dsnAs(name, 'weak') });
    expect(faultOf(body)?.msg).toMatch(/may not make schemas and roles/);

    await sql`alter role ${sql.id(name)} createrole`.execute(gateway.database.db);
    expect(faultOf((await create({ name: fresh(), dsn: dsnAs(name, 'weak') })).body)?.msg).toMatch(/may not make schemas and roles/);
    await sql`grant create on database ${sql.id(gateway.database.url.split('/').at(-1) ?? '')} to ${sql.id(name)}`.execute(
      gateway.database.db,
    );
    expect((await create({ name: fresh(), dsn: dsnAs(name, 'weak') })).status).toBe(201);
    const { rows } = await sql`select rolname from pg_roles where rolname like 't\\_check\\_%'`.execute(gateway.database.db);
    expect(rows).toEqual([]);
  });

  it('is refused in a few seconds where a server takes the connection and says nothing', async () => {
    const hole = await blackHole();
    const { status, body } = await create({ name: fresh(), dsn: `postgresql://me:x@127.0.0.1:${hole.port}/db` });
    await hole.close();
    expect({ status, msg: faultOf(body)?.msg }).toEqual({ status: 422, msg: 'The database cannot be reached.' });
  });

  it('can be changed only to a database that has the data of the orgs that live on the shard', async () => {
    await aTenant(gateway);
    const { body } = await gateway.rest('GET', '/api/v1/platform/shards?is_active=true', { token: gateway.adminToken });
    const url = new URL(gateway.database.url);
    url.pathname = '/postgres';
    const answer = await patch(body.items[0].id, { base_version: body.items[0].version, dsn: url.href });
    expect({ status: answer.status, msg: faultOf(answer.body)?.msg }).toMatchObject({
      status: 422,
      msg: expect.stringMatching(/lacks the data/),
    });
  });

  it('cannot be read where it was swapped with that of another shard, or changed', () => {
    const keys = shardKeys([first, second] as [ShardKey, ShardKey]);
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
    const sealed = sealDsn(keys, one, 'postgresql://x');
    expect(openDsn(keys, one, sealed)).toBe('postgresql://x');
    expect(sealDsn(keys, one, 'postgresql://x').ciphertext.equals(sealed.ciphertext)).toBe(false);
    expect(() => openDsn(keys, other, sealed)).toThrow(Unavailable);
    expect(() => openDsn(keys, one, { ...sealed, keyVersion: 1 })).toThrow(Unavailable);
    const changed = Buffer.from(sealed.ciphertext);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    expect(() => openDsn(keys, one, { ...sealed, ciphertext: changed })).toThrow(Unavailable);
    expect(() => openDsn(keys, one, { ...sealed, ciphertext: Buffer.alloc(3) })).toThrow(Unavailable);
  });

  it('is encrypted anew under the newest key, so that the older one is needed no more', async () => {
    const { body } = await create({ name: fresh(), dsn: gateway.database.url });
    const third = key(3);
    const all = shardKeys([first, second, third] as [ShardKey, ShardKey, ShardKey]);
    expect(await rotateShardKeys(gateway.database.db, all)).toBeGreaterThan(0);
    expect(await rotateShardKeys(gateway.database.db, all)).toBe(0);
    const { dsn_ciphertext: ciphertext } = await gateway.database.db
      .selectFrom('shards')
      .select('dsn_ciphertext')
      .where('public_id', '=', body.id)
      .executeTakeFirstOrThrow();
    const sealed = { ciphertext: ciphertext ?? Buffer.alloc(0), keyVersion: 3 };
    expect(openDsn(shardKeys([third]), body.id, sealed)).toBe(gateway.database.url);
  });
});
