import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Cores, onServerCore } from './cores.js';
import { type LoadResult, percentile } from './loadResult.js';

export interface DatabaseLoad {
  readonly databaseUrl: string;
  readonly cores: Cores | undefined;
  /** Each transaction is one of them, by chance. */
  readonly statements: readonly string[];
  readonly seconds: number;
  readonly connections: number;
}

/** Whether PostgreSQL's own load generator is on this machine. It does not come with the embedded server. */
export function hasPgbench(): boolean {
  try {
    execFileSync('pgbench', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Seconds in which new connections plan what they ask, as those of the servers have long done. */
const warmUp = 1;

/**
 * Asks the database with no server between, from the core of those that are asked else, so that the database has as much as it has then.
 * Statements are prepared once a connection. @throws Error with what pgbench says, where one fails
 */
export async function askedOfDatabase({ databaseUrl, cores, statements, seconds, connections }: DatabaseLoad): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-pgbench-'));
  try {
    const files = statements.map((statement, i) => {
      const file = join(folder, `${i}.sql`);
      writeFileSync(file, `${statement};\n`);
      return `--file=${file}`;
    });
    const options = ['--no-vacuum', '--protocol=prepared', `--client=${connections}`, '--jobs=1', `--time=${seconds + warmUp}`];
    const log = ['--log', `--log-prefix=${join(folder, 'log')}`];
    const [command, args] = onServerCore(cores, [...options, ...log, ...files, databaseUrl], 'pgbench');
    await promisify(execFile)(command, args);
    const all = transactionsIn(folder);
    const end = all.reduce((latest, { endedAt }) => Math.max(latest, endedAt), 0);
    const times = Float64Array.from(
      all.filter(({ endedAt }) => endedAt > end - seconds),
      ({ milliseconds }) => milliseconds,
    ).sort();
    const requestsPerSecond = times.length / seconds;
    return {
      requestsPerSecond,
      answers: all.length,
      seconds: all.length / requestsPerSecond,
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Transaction {
  readonly milliseconds: number;
  /** Seconds since 1970. */
  readonly endedAt: number;
}

/** The log has a line for each: client, number, microseconds, script, and the second and the microsecond of its end. */
function transactionsIn(folder: string): Transaction[] {
  const logs = readdirSync(folder).filter((name) => name.startsWith('log.'));
  const lines = logs.flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'));
  return lines.map((line) => {
    const [, , took = Number.NaN, , second = Number.NaN, microsecond = Number.NaN] = line.split(' ').map(Number);
    return { milliseconds: took / 1_000, endedAt: second + microsecond / 1e6 };
  });
}
