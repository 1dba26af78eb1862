/**
 * Says what `npm run fsck` costs with a long trail: `npx tsx test/fsck/figures/figures.ts [entries]`, of what `npm run build` has built. On a
 * PostgreSQL server of its own it makes a past of two years, and runs the command on it: the seconds of each check that takes more than one, and
 * the most memory that the process ever has.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ownServer } from '../../faults/ownServer.js';
import { sealEnv } from '../../faults/sealEnv.js';
import { longTrail } from './longTrail.js';

const entries = Number(process.argv[2] ?? 1_000_000);
const say = (line: string) => process.stdout.write(`${line}\n`);
const secondsSince = (start: number) => `${((performance.now() - start) / 1_000).toFixed(1)} s`;

/** The most memory of its own that a process has had so far, in MB, by proc(5). */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    // It has ended, or the system does not say.
    return 0;
  }
}

/** Runs the command, and says how long its checks took. */
async function check(url: string): Promise<void> {
  const start = performance.now();
  const child = spawn(process.execPath, ['dist/src/fsck.js'], { env: { PATH: process.env.PATH, DATABASE_URL: url, ...sealEnv } });
  let [last, peak] = [start, 0];
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid));
  }, 10);
  for await (const line of createInterface({ input: child.stdout })) {
    if (performance.now() - last > 1_000 || !line.startsWith('ok')) say(`${secondsSince(last).padStart(8)}  ${line}`);
    last = performance.now();
  }
  clearInterval(watch);
  say(`fsck of ${entries} entries: ${secondsSince(start)}, ${Math.round(peak)} MB at most`);
}

const server = await ownServer();
try {
  const start = performance.now();
  await server.use((database) => longTrail(database, entries, sealEnv));
  say(`${entries} entries made, counted and sealed in ${secondsSince(start)}`);
  await check(server.url());
} finally {
  await server.discard();
}
