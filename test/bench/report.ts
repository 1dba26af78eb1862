import { cpus, totalmem } from 'node:os';
import type { Cores } from './cores.js';
import type { DataSize } from './data/prepareData.js';
import { requestNotes, startNotes } from './notes.js';
import type { BenchOptions } from './options.js';

/** What the figures depend on. */
export interface Setting {
  readonly options: BenchOptions;
  readonly cores: Cores | undefined;
  readonly size: DataSize;
  /** PostgreSQL's own version. */
  readonly database: string;
  /** The database is one that the bench has started, and not one that it was given. */
  readonly isOwnDatabase: boolean;
}

function machine({ cores, database, isOwnDatabase }: Setting): string {
  const processors = cpus();
  const place = cores
    ? `The server that is asked has core ${cores.server} to itself; the load${isOwnDatabase ? ' and PostgreSQL are' : ' is'} on core ${cores.others.join(', ')}.`
    : 'Nothing is pinned to a core: that needs taskset and two cores.';
  const memory = Math.round(totalmem() / 2 ** 30);
  const durability = isOwnDatabase ? ' It does not wait for the disk (`fsync` and `synchronous_commit` are off).' : '';
  return `${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'}), ${memory} GiB, Node.js ${process.versions.node}, PostgreSQL ${database}. ${place}${durability}`;
}

function rows({ size }: Setting): string {
  return Object.entries(size)
    .map(([kind, count]) => `${count.toLocaleString('en-US')} ${kind === 'entries' ? 'audit entries' : kind}`)
    .join(', ');
}

function rounds({ options: { rounds: count, seconds, connections } }: Setting): string {
  return `${count} rounds of ${seconds} s a way, in turns, over ${connections} connections that each ask for the next answer when they have the last one.`;
}

/** The setting in a few lines. */
export function summary(setting: Setting): string {
  return [machine(setting), `Data: ${rows(setting)}, beside the demo data.`, rounds(setting)].join('\n');
}

/** The whole report in Markdown. */
export function report(setting: Setting, tables: string): string {
  return `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}. Figures of one machine tell little: look at the ratios.

## The machine

${machine(setting)}

## The method

- The data: ${rows(setting)}, beside the demo data.
- ${rounds(setting)} Two seconds before the first round warm each way up.
- A figure is the median of the rounds. A ratio is requests a second to those of the bare route **in the same round**; its spread is beside it.
- "Alone" is the time of an answer over one connection, when nobody else asks; the other times are those of a server that is asked for all it has.
- A round goes on until each connection has had an answer: of what is slow.
- Before a case is measured, each way is asked everything once: the data in the answers must be equal. While it is measured, each answer must
  be a 200 of the same length as then.
- CPU is user and system time from \`/proc\`, a request: of the server's process, and of PostgreSQL with all its processes, in which the product's
  own worker and autovacuum are included. Memory is the resident set: at most since the start of the server, and idle two seconds after the first answer.
- A cold start is timed from the start of the process to the first right answer, over a database that is ready.

The ways:

- **bare**: a Fastify route with \`pg\` that knows this one answer: the best SQL we could write, prepared, serialized by a compiled schema. It asks
  nobody who they are, checks no rule and counts nothing.
- **Tenantry**: the built product as \`npm start\` runs it, its worker in the same process, with a bearer token, all rules, log lines and metrics.
- **without rules**: its GraphQL endpoint over the schema before the rules are applied, with everything else, but with no worker in the process.
- **tutorial's way**: Apollo Server, type-graphql, graphql-shield over every field and a DataLoader load for each row, of whole rows
  (\`test/bench/peers/tutorial\`).
- **PostGraphile**: version 5 over the same tables, on Node.js 22, as its documentation starts it; no rules. Its schema is its own, so the
  answers are not compared, and its lists are ordered by a column, which is less work than by a folded name (\`test/bench/peers/npm\`).
- **Mercurius**: with its JIT, a schema and loaders by hand, one statement an edge; no rules.
- **the database alone**: the bare route's statement asked by \`pgbench\`, prepared, from the core that the servers have, where it is installed.
  Its connections are new in each round, and warm up for a second, which is in its CPU time.

The orgs that are changed are those of the demo data, which have schemas of their own; the others have none.

## The figures

${tables}

${requestNotes}
${startNotes}`;
}
