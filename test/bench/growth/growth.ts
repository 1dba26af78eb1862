/**
 * `npm run bench:growth`: what becomes of the product's figures with ten times the data, with several gateways on one database, and with a
 * streaming standby that serves reads. Every setup runs at the same time as the others, and they are asked in turns; nothing is pinned to a
 * core. The table goes into BENCHMARKS.md, under a heading of its own.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../src/db/embedded/embeddedPostgres.js';
import { withTemporaryPostgres } from '../../../src/tools/temporaryPostgres.js';
import { baseBackup } from '../../support/baseBackup.js';
import { cases } from '../cases/index.js';
import { type DataSize, dataSize, prepareData, untilCounted } from '../data/prepareData.js';
import { wholeNumber } from '../options.js';
import { withSection } from '../section.js';
import { type Server, type ServerStart, startProduct, startSibling } from '../servers.js';
import { subjectIn } from '../subject.js';
import { type GrowthOptions, measureSetups } from './measureSetups.js';
import type { Setup } from './setup.js';
import { growthSection, growthTable } from './table.js';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const help = `npm run bench:growth -- [options]

  --rounds N         measurements of each setup, 1 to 100 [5]
  --seconds N        seconds of one measurement, 1 to 60 [2]
  --connections N    connections that ask at once, 4 to 500 [16]
  --scale N          share of the full data, 0.01 to 1 [1]
  --factor N         times as much in the larger place, 2 to 100 [10]
  --report FILE      document that is given a section; '' for none [BENCHMARKS.md, and none with another --scale]
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '16' },
    scale: { type: 'string', default: '1' },
    factor: { type: 'string', default: '10' },
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const scale = Number(values.scale);
if (!(scale >= 0.01 && scale <= 1)) throw new Error('--scale must be a number from 0.01 to 1.');
const factor = wholeNumber('--factor', values.factor, 2, 100);
const reportFile = values.report ?? (scale === 1 ? 'BENCHMARKS.md' : '');
/** Entries do not grow with the rest: `npm run bench:audit` is about them. */
const sizeOf = (times: number): DataSize => ({ ...dataSize(scale * times), entries: dataSize(scale).entries });
const options: GrowthOptions = {
  rounds: wholeNumber('--rounds', values.rounds, 1, 100),
  seconds: wholeNumber('--seconds', values.seconds, 1, 60),
  connections: wholeNumber('--connections', values.connections, 4, 500),
};

/** A database with data, and the product on it. */
interface Place {
  readonly start: ServerStart;
  readonly dataDir: string;
  readonly setup: Setup;
}

async function withPlace<T>(times: number, work: (place: Place) => Promise<T>): Promise<T> {
  return withTemporaryPostgres(async (databaseUrl, dataDir) => {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-growth-'));
    const start: ServerStart = { databaseUrl, folder, cores: undefined };
    const product = await startProduct(start);
    const client = new pg.Client({ connectionString: databaseUrl });
    try {
      await client.connect();
      say(`Preparing the data × ${times}.`);
      await prepareData(client, sizeOf(times));
      await untilCounted(client);
      const setup: Setup = { name: times === 1 ? '1 gateway' : `data × ${times}`, gateways: [product], subject: await subjectIn(client) };
      return await work({ start, dataDir, setup });
    } finally {
      await client.end();
      await product.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Three gateways more on the database, and one that reads from a standby of it. */
async function withSiblings<T>({ start, dataDir, setup }: Place, work: (setups: readonly Setup[]) => Promise<T>): Promise<T> {
  const { gateways, subject } = setup;
  const [first] = gateways;
  const standbyFolder = mkdtempSync(join(tmpdir(), 'tenantry-growth-standby-'));
  await baseBackup({ url: start.databaseUrl, dataDir }, standbyFolder);
  // A standby takes no fewer connections than its primary.
  const standby = await startEmbeddedPostgres({ dataDir: standbyFolder, settings: { max_connections: '200' } });
  const started: Server[] = [];
  const begin = async (readUrl?: string): Promise<Server> => {
    const server = await startSibling({ ...start, readUrl }, first.token);
    started.push(server);
    return server;
  };
  try {
    const [second, third, fourth] = [await begin(), await begin(), await begin()];
    const reading = await begin(standby.url);
    return await work([
      { name: '2 gateways', gateways: [first, second], subject },
      { name: '4 gateways', gateways: [first, second, third, fourth], subject },
      { name: 'with a standby', gateways: [reading], subject },
    ]);
  } finally {
    for (const server of started) await server.stop();
    await standby.stop();
    rmSync(standbyFolder, { recursive: true, force: true });
  }
}

async function measureAll(setups: readonly Setup[]): Promise<void> {
  const results = [];
  for (const benchCase of cases) {
    say(`Measuring: ${benchCase.name}.`);
    results.push({ name: benchCase.name, setups: await measureSetups(benchCase, setups, options) });
  }
  const table = growthTable(results);
  say(`\n${table}`);
  if (!reportFile) return;
  const section = growthSection(options, { small: sizeOf(1), large: sizeOf(factor) }, table);
  writeFileSync(reportFile, withSection(readFileSync(reportFile, 'utf8'), section));
}

async function run(): Promise<void> {
  await withPlace(1, (small) =>
    withPlace(factor, (large) => withSiblings(small, (siblings) => measureAll([small.setup, large.setup, ...siblings]))),
  );
}

if (values.help) say(help);
else await run();
