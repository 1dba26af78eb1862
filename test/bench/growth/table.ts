import type { DataSize } from '../data/prepareData.js';
import { median, number, printed, spread } from '../table.js';
import type { GrowthOptions, SetupResult } from './measureSetups.js';

interface Sizes {
  readonly small: DataSize;
  readonly large: DataSize;
}

function rowsOf({ users, orgs, workspaces, memberships }: DataSize): string {
  return `${number(users)} users, ${number(orgs)} orgs, ${number(workspaces)} workspaces and ${number(memberships)} memberships`;
}

interface CaseGrowth {
  readonly name: string;
  /** The first one is what the others are compared to. */
  readonly setups: readonly SetupResult[];
}

/** Medians over the rounds, as a table in Markdown; ratios to the first setup in the same round. */
export function growthTable(results: readonly CaseGrowth[]): string {
  const rows = results.flatMap(({ name, setups }) =>
    setups.map((setup, i) => {
      const [base = setup] = setups;
      const ratios = setup.samples.map(
        ({ requestsPerSecond }, k) => requestsPerSecond / (base.samples[k]?.requestsPerSecond ?? Number.NaN),
      );
      return [
        i === 0 ? name : '',
        setup.name,
        number(median(setup.samples.map(({ requestsPerSecond }) => requestsPerSecond))),
        number(median(ratios), 2),
        i === 0 ? '' : spread(ratios, 2),
        number(median(setup.samples.map(({ p50 }) => p50)), 2),
        number(median(setup.samples.map(({ p99 }) => p99)), 2),
      ];
    }),
  );
  return printed({ head: ['case', 'setup', 'req/s', 'ratio', 'min–max', 'p50 ms', 'p99 ms'], rows, texts: new Set([0, 1]) });
}

export function growthSection({ rounds, seconds, connections }: GrowthOptions, { small, large }: Sizes, table: string): string {
  return `## How it grows

Written by \`npm run bench:growth\`: the same requests to the product alone, ${rounds} rounds of ${seconds} s in turns over ${connections} connections, which the gateways of a
setup share. Everything runs on the same cores, load and databases too, and nothing is pinned: more gateways than cores can win nothing here.
Ratios are to the first setup in the same round. The data are ${rowsOf(small)}; and, where there are more, ${rowsOf(large)}, with a trail of the same size
(\`npm run bench:audit\` is about larger ones). The standby streams from the database and serves the reads of its gateway. Of more users, a search for a name finds more.

${table}
`;
}
