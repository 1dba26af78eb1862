/**
 * `npm run bench`: how much of the speed of a bare Fastify + pg route is left where the same data comes through Tenantry, and how that
 * compares with other ways. The built product, the other servers and the load are a process each, over one PostgreSQL; see `cases/` for
 * what is asked.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { withTemporaryPostgres } from '../../src/tools/temporaryPostgres.js';
import { get, graphql, type ServerName, type Subject } from './case.js';
import { cases } from './cases/index.js';
import { type ColdStarts, coldStarts } from './coldStart.js';
import { type Cores, shareCores } from './cores.js';
import { dataSize, prepareData, untilCounted } from './data/prepareData.js';
import { type CaseResult, measureCase, type Rig } from './measure.js';
import { type BenchOptions, benchHelp, benchOptions } from './options.js';
import { installPeers } from './peers/npm/packages.js';
import { hasPgbench } from './pgbench.js';
import { familyCpuTimeOf, parentOf } from './process.js';
import { report, type Setting, summary } from './report.js';
import { keepingOthers } from './section.js';
import { restartProduct, type Server, type ServerStart, startBareServer, startPeer, startProduct } from './servers.js';
import { subjectIn } from './subject.js';
import { tables } from './table.js';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What tells the CPU time of the whole database server; it says nothing where that is on another machine. */
async function databaseCpu(client: pg.Client): Promise<Rig['databaseCpu']> {
  const { rows } = await client.query<{ pid: number; local: boolean }>(
    `select pg_backend_pid() as pid, inet_client_addr() is null or inet_client_addr() = inet_server_addr() as local`,
  );
  const [row] = rows;
  const postmaster = row?.local ? parentOf(row.pid) : undefined;
  return () => postmaster && familyCpuTimeOf(postmaster);
}

/** Runs `work` with each server, and stops those that were started. */
async function withServers<T>(
  start: ServerStart,
  product: Server,
  withPeers: boolean,
  work: (servers: Rig['servers']) => Promise<T>,
): Promise<T> {
  const started: Server[] = [];
  async function kept(server: Promise<Server>): Promise<Server> {
    started.push(await server);
    return server;
  }
  try {
    const servers: Partial<Record<ServerName, Server>> = {
      Tenantry: product,
      bare: await kept(startBareServer(start)),
      'Tenantry without rules': await kept(startPeer('./peers/unguarded.js', start, [], { token: product.token })),
      "the tutorial's way": await kept(startPeer('./peers/tutorial/server.js', start, [start.databaseUrl])),
    };
    if (withPeers) {
      say('Installing the peers.');
      const { folder, newerNode } = await installPeers();
      const args = [folder, start.databaseUrl];
      servers.PostGraphile = await kept(startPeer('./peers/npm/postgraphile.js', start, args, { node: newerNode }));
      servers.Mercurius = await kept(startPeer('./peers/npm/mercurius.js', start, args));
    }
    return await work(servers);
  } finally {
    for (const server of started) await server.stop();
  }
}

interface Results {
  readonly setting: Setting;
  readonly results: readonly CaseResult[];
  readonly starts: readonly ColdStarts[];
}

async function measureAll(start: ServerStart, product: Server, client: pg.Client, options: BenchOptions): Promise<CaseResult[]> {
  const chosen = cases.filter(({ name }) => name.toLowerCase().includes(options.only.toLowerCase()));
  const subject = await subjectIn(client);
  const cpu = await databaseCpu(client);
  const database = hasPgbench() ? start : undefined;
  return withServers(start, product, options.peers, async (servers) => {
    const results: CaseResult[] = [];
    for (const benchCase of chosen) {
      say(`Measuring: ${benchCase.name}.`);
      try {
        results.push(await measureCase(benchCase, { servers, databaseCpu: cpu, database }, subject, options));
      } catch (error) {
        // The other cases took minutes: their figures are shown all the same, and there is no report.
        process.exitCode = 1;
        say(`It failed: ${error instanceof Error ? error.message : 'unknown'}`);
      }
    }
    return results;
  });
}

async function measureStarts(
  start: ServerStart,
  token: string,
  { orgIds: [id] }: Subject,
  { rounds }: BenchOptions,
): Promise<ColdStarts[]> {
  say('Measuring: cold starts.');
  const expected = '{"data":{"org":{"name":"';
  const ask = graphql('query OrgName($id: UUID!) { org(id: $id) { name slug status } }', { id });
  return coldStarts(
    [
      { name: 'bare', start: () => startBareServer(start), ask: get(`/org-name/${id}`), expected },
      { name: 'Tenantry', start: () => restartProduct(start, token), ask, expected },
    ],
    rounds,
  );
}

async function bench(options: BenchOptions, cores: Cores | undefined, databaseUrl: string, isOwnDatabase: boolean): Promise<Results> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  const start: ServerStart = { databaseUrl, folder, cores };
  const size = dataSize(options.scale);
  try {
    const product = await startProduct(start);
    const client = new pg.Client({ connectionString: databaseUrl });
    let subject: Subject;
    let results: CaseResult[];
    let version: string;
    try {
      await client.connect();
      say('Preparing the data.');
      await prepareData(client, size);
      await untilCounted(client);
      subject = await subjectIn(client);
      const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
      version = rows[0]?.version ?? 'unknown';
      results = await measureAll(start, product, client, options);
    } finally {
      await client.end();
      await product.stop();
    }
    const starts = options.only === '' ? await measureStarts(start, product.token, subject, options) : [];
    return { setting: { options, cores, size, database: version, isOwnDatabase }, results, starts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(options: BenchOptions): Promise<void> {
  const given = process.env.BENCH_DATABASE_URL;
  const cores = shareCores();
  const work = (url: string) => bench(options, cores, url, !given);
  const { setting, results, starts } = given ? await work(given) : await withTemporaryPostgres(work);
  const made = tables(results, starts);
  say(`\n${summary(setting)}\n\n${made}`);
  if (!options.report || process.exitCode) return;
  const earlier = existsSync(options.report) ? readFileSync(options.report, 'utf8') : '';
  writeFileSync(options.report, keepingOthers(report(setting, made), earlier));
}

try {
  const options = benchOptions(process.argv.slice(2));
  if (options === 'help') say(benchHelp);
  else await run(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'The bench failed.'}\n`);
  process.exitCode = 1;
}
