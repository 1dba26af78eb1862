import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type DatabaseProxy, databaseProxy } from './databaseProxy.js';
import { type GatewayProcess, gatewayProcess, tokenFor } from './gatewayProcess.js';
import { asTold, startWriters } from './ledger.js';
import { type OwnServer, ownServer } from './ownServer.js';
import { adminOf, someOrgs } from './platform.js';
import { secretsIn } from './secretsIn.js';
import { rounds, unsoundness } from './soundness.js';

/** A file system of its own in memory, so that no other program's disk fills; undefined where this user may mount none. */
function ownDisk(megabytes: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder]);
  if (status === 0) return folder;
  rmdirSync(folder);
  return undefined;
}

/** What takes long is left to `npm run test:faults`. */
const times = Math.min(rounds(0), 10);
const disk = times > 0 ? ownDisk(400) : undefined;
const it_ = disk ? it : it.skip;

let server: OwnServer;
let proxy: DatabaseProxy;
let gateways: GatewayProcess[];
let token: string;
beforeAll(async () => {
  if (!disk) return;
  server = await ownServer({ dataDir: disk, settings: { min_wal_size: '32MB', max_wal_size: '64MB' } });
  proxy = await databaseProxy(server.url());
  gateways = await Promise.all([gatewayProcess(proxy.url), gatewayProcess(proxy.url)]);
  await Promise.all(gateways.map((gateway) => gateway.start()));
  token = tokenFor(await server.use(adminOf));
}, 120_000);
afterAll(async () => {
  if (!disk) return;
  await Promise.all(gateways.map((gateway) => gateway.discard()));
  await proxy.close();
  await server.discard();
  spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** Takes all that is left of the disk. @returns what gives it back */
function fill(folder: string): () => void {
  const path = join(folder, 'filler');
  const file = openSync(path, 'w');
  for (let size = 1_048_576; size >= 512; size /= 2) {
    const piece = Buffer.alloc(size);
    try {
      while (writeSync(file, piece) === size);
    } catch {
      // No room for a piece of this size: smaller ones may fit.
    }
  }
  closeSync(file);
  return () => rmSync(path);
}

it_(
  `A disk that is full costs no acknowledged change: what can't be written is refused with 503, no gateway ends, and with room again all goes on (${times} times${times > 0 && !disk ? '; skipped: this user may mount no file system' : ''})`,
  async () => {
    if (!disk) return;
    expect(existsSync(join(disk, 'postgres', 'cluster'))).toBe(true);
    const [first, second] = gateways;
    if (!first || !second) throw new Error('There are two gateways.');
    const orgs = await someOrgs(first.url, token, 4, 'disk');
    let turn = 0;
    const nextUrl = () => {
      turn += 1;
      return (turn % 2 === 0 ? first : second).url;
    };
    const writing = startWriters({ clients: 16, nextUrl, token, orgs, prefix: 'disk-' });
    const readyAfter: number[] = [];
    let ends = 0;
    for (let time = 0; time < times; time += 1) {
      const [before, retries] = [writing.count(), writing.retries()];
      while (writing.count() < before + 64) await sleep(5);
      const makeRoom = fill(disk);
      // Until the log of the database finds no room any more.
      const start = performance.now();
      while (writing.retries() < retries + 200 && performance.now() - start < 60_000) await sleep(20);
      expect(writing.retries()).toBeGreaterThanOrEqual(retries + 200);
      for (const gateway of gateways) {
        const refused = await fetch(`${gateway.url}/api/v1/platform/partners`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ name: 'No room', slug: `no-room-${crypto.randomUUID()}` }),
        });
        expect({ status: refused.status, again: refused.headers.has('retry-after') }).toEqual({ status: 503, again: true });
        expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
      }
      makeRoom();
      if (server.hasEnded()) {
        ends += 1;
        proxy.leadTo(await server.restart());
      }
      readyAfter.push(...(await Promise.all(gateways.map((gateway) => gateway.untilReady()))));
      expect(gateways.map((gateway) => gateway.isAlive())).toEqual([true, true]);
    }
    await writing.stop();
    expect(await server.use((database) => writing.discrepancies(database))).toEqual(asTold);
    expect(await server.use((database) => unsoundness(database))).toEqual([]);
    for (const gateway of gateways) expect(secretsIn(gateway.output(), token)).toEqual([]);
    const slowest = Math.round(Math.max(...readyAfter));
    process.stdout.write(
      `${times} times a full disk (PostgreSQL ended ${ends} times): ready ${slowest} ms after room at most, ${writing.count()} acknowledged changes, none lost or doubled, ${writing.retries()} sent again\n`,
    );
    expect(slowest).toBeLessThan(5_000);
  },
  60_000 + times * 90_000,
);
