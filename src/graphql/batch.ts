import DataLoader from 'dataloader';
import type { Context } from '../context.js';

/**
 * Loads one value for a parent together with all others that are asked for in the same tick: one statement an edge,
 * however many parents. Loads share a batch when their names and arguments are equal.
 * @param name the edge and whatever else the batch depends on, such as its arguments
 * @param load answers in the order of the keys; an error in the place of a key is that key's alone
 */
export function batched<V>(
  ctx: Context,
  name: readonly unknown[],
  key: string,
  load: (keys: readonly string[]) => Promise<readonly (V | Error)[]>,
): Promise<V> {
  const id = JSON.stringify(name);
  // A name belongs to one edge, and so to one type of value.
  const known = ctx.loaders.get(id) as DataLoader<string, V> | undefined;
  if (known) return known.load(key);
  // Async, so that what is thrown before the first await is the loads' error too, and not a defect of the loader.
  const loader = new DataLoader<string, V>(async (keys) => load(keys));
  ctx.loaders.set(id, loader);
  return loader.load(key);
}

/** The rows of each key, in the order of the keys: what a batch of lists answers. */
export function rowsByKey<R>(keys: readonly string[], rows: readonly R[], keyOf: (row: R) => string): R[][] {
  const lists = new Map<string, R[]>(keys.map((key) => [key, []]));
  for (const row of rows) lists.get(keyOf(row))?.push(row);
  return keys.map((key) => lists.get(key) ?? []);
}
