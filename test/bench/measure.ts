import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Ask, BenchCase, Subject } from './case.js';
import { cpuTimeOf } from './cpuTime.js';
import type { LoadOrder, LoadResult } from './load.js';
import type { BenchOptions } from './options.js';
import type { Server } from './servers.js';

/** One measurement of one way. */
export interface Sample extends LoadResult {
  /** Milliseconds of the server's CPU for a request. */
  readonly cpuPerRequest: number | undefined;
  /** Part of one core that the server used, 1 being all of it. */
  readonly busy: number | undefined;
}

/** All measurements of one way. */
export interface Way {
  /** Length of the answer's body. */
  readonly bytes: number;
  readonly samples: readonly Sample[];
}

export interface CaseResult {
  readonly name: string;
  readonly product: Way;
  readonly bare: Way;
}

export interface Servers {
  readonly product: Server;
  readonly bare: Server;
}

/** Seconds before the measurements, in which the servers compile and prepare. */
const warmUp = 2;

/**
 * Measures a case: both ways in turns, so that whatever else happens on the machine happens to both.
 * @throws Error where the two do not answer with the same data
 */
export async function measureCase(benchCase: BenchCase, servers: Servers, subject: Subject, options: BenchOptions): Promise<CaseResult> {
  const { seconds, connections } = options;
  const asks = { product: benchCase.ask(subject), bare: benchCase.askBare(subject) };
  const bytes = await sameData(benchCase, servers, asks);
  const order = (way: keyof Servers, length: number): LoadOrder => {
    const { port, token } = servers[way];
    return { port, token, ask: asks[way], seconds: length, connections, bytes: bytes[way] };
  };
  const samples: Record<keyof Servers, Sample[]> = { product: [], bare: [] };
  for (const way of ['bare', 'product'] as const) await loaded(order(way, warmUp));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const way of ['bare', 'product'] as const) samples[way].push(await sampled(servers[way], order(way, seconds)));
  }
  return {
    name: benchCase.name,
    product: { bytes: bytes.product, samples: samples.product },
    bare: { bytes: bytes.bare, samples: samples.bare },
  };
}

async function sameData({ name, compared }: BenchCase, servers: Servers, asks: Record<keyof Servers, Ask>) {
  const product = await textOf(servers.product, asks.product);
  const bare = await textOf(servers.bare, asks.bare);
  const part = (text: string): unknown => (compared === undefined ? JSON.parse(text) : JSON.parse(text)[compared]);
  if (!isDeepStrictEqual(part(product), part(bare))) {
    throw new Error(`${name}: the answers differ.\nTenantry: ${product.slice(0, 2_000)}\nbare:     ${bare.slice(0, 2_000)}`);
  }
  return { product: Buffer.byteLength(product), bare: Buffer.byteLength(bare) };
}

async function textOf({ port, token }: Server, { method, path, body }: Ask): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body, headers });
  return answer.text();
}

async function sampled({ pid }: Server, order: LoadOrder): Promise<Sample> {
  const before = cpuTimeOf(pid);
  const result = await loaded(order);
  const after = cpuTimeOf(pid);
  const used = before === undefined || after === undefined ? undefined : after - before;
  return {
    ...result,
    cpuPerRequest: used && (used * 1_000) / (result.requestsPerSecond * order.seconds),
    busy: used && used / order.seconds,
  };
}

async function loaded(order: LoadOrder): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL('./load.js', import.meta.url)));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('The load ended without a result.')));
  ended.catch(() => {});
  child.send(order);
  // load.ts says nothing else.
  const [result] = (await Promise.race([once(child, 'message'), ended])) as [LoadResult];
  return result;
}
