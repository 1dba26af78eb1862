import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ask } from './case.js';
import { textOf } from './measure.js';
import { memoryOf } from './process.js';
import type { Server } from './servers.js';

/** Starts of one server on a database that is ready. */
export interface ColdStarts {
  readonly name: string;
  /** From the start of the process to the first right answer. */
  readonly milliseconds: readonly number[];
  /** Bytes of memory some seconds after that answer, with nothing to do. */
  readonly idleMemory: readonly (number | undefined)[];
}

/** A server, and a request that it can answer as soon as it serves. */
export interface Starter {
  readonly name: string;
  readonly start: () => Promise<Server>;
  readonly ask: Ask;
  /** What the answer begins with. */
  readonly expected: string;
}

/** Milliseconds. */
const times = { betweenTries: 5, toGiveUp: 60_000, toSettle: 2_000 };

/** Starts each server as often as there are rounds, in turns and one at a time. @throws Error where one does not answer rightly */
export async function coldStarts(starters: readonly Starter[], rounds: number): Promise<ColdStarts[]> {
  const results = starters.map((starter) => ({ starter, milliseconds: [] as number[], idleMemory: [] as (number | undefined)[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { starter, milliseconds, idleMemory } of results) {
      const startedAt = performance.now();
      const server = await starter.start();
      try {
        await untilRight(server, starter);
        milliseconds.push(performance.now() - startedAt);
        await sleep(times.toSettle);
        idleMemory.push(memoryOf(server.pid));
      } finally {
        await server.stop();
      }
    }
  }
  return results.map(({ starter: { name }, milliseconds, idleMemory }) => ({ name, milliseconds, idleMemory }));
}

async function untilRight(server: Server, { name, ask, expected }: Starter): Promise<void> {
  const deadline = performance.now() + times.toGiveUp;
  while (performance.now() < deadline) {
    const text = await textOf(server, ask).catch(() => '');
    if (text.startsWith(expected)) return;
    await sleep(times.betweenTries);
  }
  throw new Error(`${name} gave no right answer within a minute.`);
}
