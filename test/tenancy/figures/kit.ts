import { loadavg } from 'node:os';
import { quantile } from '../load.js';

/** Prints a line, with the load of the machine at that moment. */
export function say(line: string): void {
  const [lastMinute = 0] = loadavg();
  process.stdout.write(`${line}  [load ${lastMinute.toFixed(1)}]\n`);
}

const ms = (value: number) => `${value.toFixed(1)} ms`;

/** @param times milliseconds */
export function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  return `p50 ${ms(quantile(sorted, 0.5))}, p99 ${ms(quantile(sorted, 0.99))}, most ${ms(quantile(sorted, 1))}`;
}

/** Does something with each item, this many at once. @returns the milliseconds of each */
export async function each<T>(items: readonly T[], parallel: number, work: (item: T) => Promise<unknown>): Promise<number[]> {
  const [waiting, times]: [T[], number[]] = [[...items], []];
  const run = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const start = performance.now();
      await work(item);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: parallel }, run));
  return times;
}
