import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { program } from '../support/program.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-start-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Program {
  readonly process: ChildProcess;
  /** What it has printed so far, on either stream. */
  readonly output: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** The product as its users start it, where it is built. */
function start(env: Record<string, string>, ...args: string[]): Program {
  const child = spawn(process.execPath, [...program, ...args], {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', DATA_DIR: join(folder, 'data'), ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  return { process: child, output: () => output, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

async function ready(started: Program): Promise<string> {
  while (!started.output().includes('Tenantry is ready')) {
    if (started.process.exitCode !== null) throw new Error(`It ended: ${started.output()}`);
    await sleep(20);
  }
  while (!/GraphQL explorer\s+\S+\n/.test(started.output())) await sleep(5);
  return /GraphQL explorer\s+(\S+)\/graphql/.exec(started.output())?.[1] ?? '';
}

/** What a worker makes of the trail, at its own pace. */
const followers = /^audit_(counts|batches)/;

/** Waits until the worker has made the demo orgs' schemas, and brought them what the trail keeps for them. */
async function settled({ db }: TestDatabase): Promise<void> {
  for (;;) {
    const { rows } = await sql`select from org_provisioning union all select from audit_outbox limit 1`.execute(db);
    if (rows.length === 0) return;
    await sleep(100);
  }
}

/** Everything that a database holds, as one number a table; what follows from it apart. */
async function contents({ db }: TestDatabase): Promise<Record<string, string>> {
  const { rows: tables } = await sql<{
    name: string;
  }>`select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(db);
  const sums: Record<string, string> = {};
  for (const { name } of tables.filter((table) => !followers.test(table.name))) {
    const { rows } = await sql<{
      sum: string;
    }>`select md5(coalesce(string_agg(t::text, '' order by t::text), '')) as sum from ${sql.table(name)} t`.execute(db);
    sums[name] = rows[0]?.sum ?? '';
  }
  return sums;
}

describe('the first start', () => {
  it('makes a platform, prints what works when pasted, and the second start changes nothing', async () => {
    const database = await testDatabase('empty');
    try {
      const env = { DATABASE_URL: database.url };
      const first = start(env);
      const url = await ready(first);
      expect(first.output()).toContain('Made demo data: 50 orgs, 2000 users');
      const password = /password {2}(\S+)/.exec(first.output())?.[1];
      const signedIn = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: 'mutation ($password: String!) { login(input: { email: "admin@example.com", password: $password }) { accessToken } }',
          variables: { password },
        }),
      });
      const { data } = (await signedIn.json()) as { data: { login: { accessToken: string } } };
      const me = await fetch(`${url}/api/v1/platform/me`, { headers: { authorization: `Bearer ${data.login.accessToken}` } });
      expect(await me.json()).toMatchObject({ email: 'admin@example.com', has_platform_access: true, is_global_access: true });
      await settled(database);
      first.process.kill('SIGTERM');
      expect(await first.ended).toBe(0);

      const before = await contents(database);
      const second = start(env);
      await ready(second);
      expect(second.output()).not.toContain('password');
      second.process.kill('SIGTERM');
      expect(await second.ended).toBe(0);
      expect(await contents(database)).toEqual(before);
    } finally {
      await database.drop();
    }
  }, 180_000);

  it('prints a token and a line to paste where the database is its own', async () => {
    const started = start({ DEMO_DATA: 'false', ADMIN_PASSWORD: 'chosen by the owner', DATA_DIR: join(folder, 'own') });
    const url = await ready(started);
    while (!started.output().includes('curl -s')) await sleep(5);
    expect(started.output()).not.toContain('chosen by the owner');
    const token = /Authorization: Bearer (\S+)'/.exec(started.output())?.[1];
    const me = await fetch(`${url}/api/v1/platform/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(me.status).toBe(200);
    started.process.kill('SIGTERM');
    expect(await started.ended).toBe(0);
  });
});

describe('a start that cannot work', () => {
  /** The one line that a start ends with. */
  async function refusal(env: Record<string, string>): Promise<string> {
    const started = start(env);
    expect(await started.ended).toBe(1);
    const [line = '', ...others] = started.output().trim().split('\n').reverse();
    expect(others.filter((other) => other.includes('    at '))).toEqual([]);
    return line;
  }

  it('names each variable that is wrong, and no secret', async () => {
    const started = start({ PORT: 'eighty', DATABASE_URL: 'mysql://user:canary@host/db', LOG_LEVEL: 'loud' });
    expect(await started.ended).toBe(1);
    expect(started.output()).toMatch(/PORT must be/);
    expect(started.output()).toMatch(/DATABASE_URL must be/);
    expect(started.output()).toMatch(/LOG_LEVEL must be/);
    expect(started.output()).not.toContain('canary');
  });

  it('says that the database cannot be reached, without its password', async () => {
    const line = await refusal({ DATABASE_URL: 'postgres://user:canary@127.0.0.1:1/db' });
    expect(line).toBe("The database of DATABASE_URL can't be reached: ECONNREFUSED.");
  });

  it('says that the port is in use', async () => {
    const database = await testDatabase();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      expect(await refusal({ DATABASE_URL: database.url, PORT: String(port) })).toMatch(`Port ${port} is in use.`);
    } finally {
      server.close();
      await database.drop();
    }
  });

  it('says that the database is newer than the program', async () => {
    const database = await testDatabase();
    try {
      await sql`insert into kysely_migration (name, timestamp) values ('9999_future', '2030-01-01')`.execute(database.db);
      expect(await refusal({ DATABASE_URL: database.url })).toMatch(/newer than this program: it has the migration 9999_future/);
    } finally {
      await database.drop();
    }
  });
});

describe('--help', () => {
  it('lists every variable with its default', async () => {
    const started = start({}, '--help');
    expect(await started.ended).toBe(0);
    expect(started.output()).toMatch(/PORT {2,}Port to listen on.*\[4000\]/);
    expect(started.output()).toContain('DATABASE_URL');
  });
});
