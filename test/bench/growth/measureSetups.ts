import type { BenchCase } from '../case.js';
import type { ExpectedAsk } from '../load.js';
import type { LoadResult } from '../loadResult.js';
import { loaded, textOf } from '../measure.js';
import { median } from '../table.js';
import type { Setup } from './setup.js';

export interface GrowthOptions {
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
  readonly connections: number;
}

/** Of all gateways of a setup together. */
type SetupSample = Pick<LoadResult, 'requestsPerSecond' | 'p50' | 'p99'>;

export interface SetupResult {
  readonly name: string;
  readonly samples: readonly SetupSample[];
}

/** Measures the product's own answers of a case in each setup, in turns. @throws Error where one does not answer */
export async function measureSetups(benchCase: BenchCase, setups: readonly Setup[], options: GrowthOptions): Promise<SetupResult[]> {
  const measured = setups.map((setup) => ({ setup, samples: [] as SetupSample[] }));
  const asks = new Map<Setup, readonly ExpectedAsk[]>();
  for (const setup of setups) {
    asks.set(setup, await expectedAsks(benchCase, setup));
    await ask(setup, asks.get(setup) ?? [], { ...options, seconds: 2 });
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { setup, samples } of measured) samples.push(await ask(setup, asks.get(setup) ?? [], options));
  }
  return measured.map(({ setup: { name }, samples }) => ({ name, samples }));
}

async function expectedAsks({ name, ways }: BenchCase, { gateways: [first], subject }: Setup): Promise<ExpectedAsk[]> {
  const way = ways.find(({ server }) => server === 'Tenantry');
  if (!way) throw new Error(`${name} is not asked of Tenantry.`);
  return Promise.all(way.asks(subject).map(async (one) => ({ ...one, bytes: Buffer.byteLength(await textOf(first, one)) })));
}

/** Shares the connections out among the gateways, and adds up what they answer. */
async function ask({ gateways }: Setup, asks: readonly ExpectedAsk[], { seconds, connections }: GrowthOptions): Promise<SetupSample> {
  const share = Math.ceil(connections / gateways.length);
  const results = await Promise.all(gateways.map(({ port, token }) => loaded({ port, token, asks, seconds, connections: share })));
  return {
    requestsPerSecond: results.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0),
    p50: median(results.map(({ p50 }) => p50)),
    p99: Math.max(...results.map(({ p99 }) => p99)),
  };
}
