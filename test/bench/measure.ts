import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Ask, BenchCase, ServerName, Subject, Way } from './case.js';
import type { ExpectedAsk, LoadOrder, LoadResult } from './load.js';
import type { BenchOptions } from './options.js';
import { cpuTimeOf, peakMemoryOf } from './process.js';
import type { Server } from './servers.js';

/** One measurement of one way. */
export interface Sample extends LoadResult {
  /** Milliseconds of the server's CPU for a request. */
  readonly cpuPerRequest: number | undefined;
  /** Milliseconds of PostgreSQL's CPU for a request. */
  readonly databaseCpuPerRequest: number | undefined;
  /** Part of one core that the server used, 1 being all of it. */
  readonly busy: number | undefined;
}

/** All measurements of one way. */
export interface WayResult {
  readonly name: string;
  /** Length of the answers' bodies, on average. */
  readonly bytes: number;
  readonly samples: readonly Sample[];
  /** Measured over one connection, when nobody else asks. */
  readonly alone: LoadResult;
  /** Bytes of memory that the server has had at most until the end of the case. */
  readonly peakMemory: number | undefined;
}

export interface CaseResult {
  readonly name: string;
  /** The first one is what the others are compared to. */
  readonly ways: readonly WayResult[];
}

/** What is measured: the servers, and how much CPU the database has used so far, in seconds. */
export interface Rig {
  /** A way whose server is absent is left out. */
  readonly servers: Readonly<Partial<Record<ServerName, Server>>>;
  databaseCpu(): number | undefined;
}

/** Seconds before the measurements, in which the servers compile and prepare. */
const warmUp = 2;

/**
 * Measures a case: all ways in turns, so that whatever else happens on the machine happens to each.
 * @throws Error where they do not answer with the same data
 */
export async function measureCase(benchCase: BenchCase, rig: Rig, subject: Subject, options: BenchOptions): Promise<CaseResult> {
  const asked = await expectedAsks(benchCase, rig, subject);
  const measured = asked.map(({ way, server, asks }) => {
    const order = (seconds: number): LoadOrder => {
      return { port: server.port, token: server.token, asks, seconds, connections: options.connections };
    };
    const samples: Sample[] = [];
    return { way, server, asks, order, samples };
  });
  for (const { order } of measured) await loaded(order(warmUp));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { server, order, samples } of measured) samples.push(await sampled(server, rig, order(options.seconds)));
  }
  const ways: WayResult[] = [];
  for (const { way, asks, server, order, samples } of measured) {
    ways.push({
      name: way.name,
      bytes: asks.reduce((sum, { bytes }) => sum + bytes, 0) / asks.length,
      samples,
      alone: await loaded({ ...order(options.seconds), connections: 1 }),
      peakMemory: peakMemoryOf(server.pid),
    });
  }
  return { name: benchCase.name, ways };
}

interface Asked {
  readonly way: Way;
  readonly server: Server;
  readonly asks: readonly ExpectedAsk[];
}

/** Asks everything once. @throws Error where a way answers with other data than the first one */
async function expectedAsks({ name, ways, compared }: BenchCase, { servers }: Rig, subject: Subject): Promise<Asked[]> {
  const asked: Asked[] = [];
  let expected: readonly unknown[] | undefined;
  for (const way of ways) {
    const server = servers[way.server];
    if (!server) continue;
    const asks: ExpectedAsk[] = [];
    const data: unknown[] = [];
    for (const ask of way.asks(subject)) {
      const text = await textOf(server, ask);
      asks.push({ ...ask, bytes: Buffer.byteLength(text) });
      const answer = JSON.parse(text);
      data.push(compared === undefined ? answer : answer[compared]);
    }
    asked.push({ way, server, asks });
    expected ??= data;
    if (!way.isNotCompared) requireEqual(`${name}, ${way.name}`, expected, data);
  }
  return asked;
}

function requireEqual(name: string, expected: readonly unknown[], data: readonly unknown[]): void {
  data.forEach((answer, i) => {
    if (answer !== undefined && isDeepStrictEqual(answer, expected[i % expected.length])) return;
    const [ours, theirs] = [answer, expected[i % expected.length]].map((value) => JSON.stringify(value)?.slice(0, 2_000));
    throw new Error(`${name}: the answers differ.\nexpected: ${theirs}\nanswered: ${ours}`);
  });
}

export async function textOf({ port, token }: Pick<Server, 'port' | 'token'>, { method, path, body }: Ask): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body, headers });
  return answer.text();
}

async function sampled({ pid }: Server, { databaseCpu }: Rig, order: LoadOrder): Promise<Sample> {
  const [server, database] = [cpuTimeOf(pid), databaseCpu()];
  const result = await loaded(order);
  const [serverNow, databaseNow] = [cpuTimeOf(pid), databaseCpu()];
  const { answers, seconds } = result;
  const used = difference(server, serverNow);
  const usedByDatabase = difference(database, databaseNow);
  return {
    ...result,
    cpuPerRequest: used && (used * 1_000) / answers,
    databaseCpuPerRequest: usedByDatabase && (usedByDatabase * 1_000) / answers,
    busy: used && used / seconds,
  };
}

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}

/** Asks in a process of its own. @throws Error where it is not answered as expected */
export async function loaded(order: LoadOrder): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL('./load.js', import.meta.url)));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('The load ended without a result.')));
  ended.catch(() => {});
  child.send(order);
  // load.ts says nothing else.
  const [result] = (await Promise.race([once(child, 'message'), ended])) as [LoadResult];
  return result;
}
