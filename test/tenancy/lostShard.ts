import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadOptions, type Sample, startLoad } from './load.js';

const phases = ['before', 'killed', 'without it', 'returned', 'after'] as const;
export type Phase = (typeof phases)[number];

export interface Loss extends Omit<LoadOptions, 'orgs'> {
  /** Public ids of orgs on the shard that stays. */
  readonly here: readonly string[];
  /** Public ids of orgs on the shard that is lost. */
  readonly there: readonly string[];
  readonly kill: () => Promise<void>;
  readonly revive: () => Promise<void>;
  /** Milliseconds of a phase in which nothing happens. */
  readonly length: number;
}

/** What the requests for the orgs of both shards came to, phase by phase. */
export type LossSamples = Readonly<Record<Phase, { readonly here: Sample; readonly there: Sample }>>;

/** Asks for orgs on two shards while one is killed and comes back. */
export async function loseShard({ here, there, kill, revive, length, ...options }: Loss): Promise<LossSamples> {
  const loads = { here: startLoad({ ...options, orgs: here }), there: startLoad({ ...options, orgs: there }) };
  const take = () => ({ here: loads.here.take(), there: loads.there.take() });
  const samples: Partial<Record<Phase, ReturnType<typeof take>>> = {};
  async function phase(name: Phase, lasts: () => Promise<unknown>): Promise<void> {
    take();
    await lasts();
    samples[name] = take();
  }
  try {
    // Whatever is done once only, such as connecting, is done before anything is measured.
    await sleep(length / 2);
    await phase('before', () => sleep(length));
    await phase('killed', async () => {
      await kill();
      await sleep(length / 2);
    });
    await phase('without it', () => sleep(length));
    await phase('returned', async () => {
      await revive();
      while (loads.there.answered() === 0) await sleep(20);
    });
    await phase('after', () => sleep(length));
  } finally {
    await Promise.all([loads.here.stop(), loads.there.stop()]);
  }
  // Every phase was gone through.
  return samples as LossSamples;
}
