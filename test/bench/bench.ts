/**
 * `npm run bench`: how much of the speed of a bare Fastify + pg route is left where the same data comes through Tenantry. The built
 * product, the bare routes and the load are a process each, over one PostgreSQL; see `cases/` for what is asked.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { withTemporaryPostgres } from '../../src/tools/temporaryPostgres.js';
import type { Subject } from './case.js';
import { cases } from './cases/index.js';
import { type Cores, shareCores } from './cores.js';
import { type CaseResult, measureCase } from './measure.js';
import { type BenchOptions, benchHelp, benchOptions } from './options.js';
import { startBareServer, startProduct } from './servers.js';
import { table } from './table.js';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The product has filled the database by now. */
async function subjectIn(databaseUrl: string): Promise<Subject> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('vacuum analyze');
    const { rows } = await client.query<{ id: string }>('select public_id as id from orgs where not is_platform order by id limit 1');
    const [org] = rows;
    if (!org) throw new Error('The demo data has no org.');
    return { orgId: org.id };
  } finally {
    await client.end();
  }
}

function setting({ rounds, seconds, connections }: BenchOptions, cores: Cores | undefined, isOwnDatabase: boolean): string {
  const processors = cpus();
  const place = cores
    ? `The server is on core ${cores.server}; the load${isOwnDatabase ? ' and PostgreSQL are' : ' is'} on core ${cores.others.join(', ')}.`
    : 'Nothing is pinned to a core: that needs taskset and two cores.';
  return [
    `${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'}), Node.js ${process.versions.node}. ${place}`,
    `${rounds} rounds of ${seconds} s a way, in turns; ${connections} connections. Medians of the rounds; a ratio is of one round.`,
  ].join('\n');
}

async function bench(options: BenchOptions, cores: Cores | undefined, databaseUrl: string): Promise<CaseResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  try {
    const product = await startProduct(databaseUrl, folder, cores);
    try {
      const bare = await startBareServer(databaseUrl, cores);
      try {
        const subject = await subjectIn(databaseUrl);
        const results: CaseResult[] = [];
        for (const benchCase of cases) {
          say(`Measuring: ${benchCase.name}.`);
          results.push(await measureCase(benchCase, { product, bare }, subject, options));
        }
        return results;
      } finally {
        await bare.stop();
      }
    } finally {
      await product.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(options: BenchOptions): Promise<void> {
  const given = process.env.BENCH_DATABASE_URL;
  const cores = shareCores();
  say(setting(options, cores, !given));
  const work = (url: string) => bench(options, cores, url);
  const results = given ? await work(given) : await withTemporaryPostgres(work);
  say(`\n${table(results)}`);
}

try {
  const options = benchOptions(process.argv.slice(2));
  if (options === 'help') say(benchHelp);
  else await run(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'The bench failed.'}\n`);
  process.exitCode = 1;
}
