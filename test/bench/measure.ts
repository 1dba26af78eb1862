import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Ask, BenchCase, ServerName, Subject, Way } from './case.js';
import type { ExpectedAsk, LoadOrder } from './load.js';
import type { LoadResult } from './loadResult.js';
import type { BenchOptions } from './options.js';
import { askedOfDatabase, type DatabaseLoad } from './pgbench.js';
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
  /** Length of the answers' bodies, on average; undefined where they have none. */
  readonly bytes: number | undefined;
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
  /** The database that is asked with no server between; absent where there is nothing to ask it with. */
  readonly database?: Pick<DatabaseLoad, 'databaseUrl' | 'cores'>;
}

/** Seconds before the measurements, in which the servers compile and prepare. */
const warmUp = 2;

/**
 * Measures a case: all ways in turns, so that whatever else happens on the machine happens to each.
 * @throws Error where they do not answer with the same data
 */
export async function measureCase(benchCase: BenchCase, rig: Rig, subject: Subject, options: BenchOptions): Promise<CaseResult> {
  const targets = (await expectedAsks(benchCase, rig, subject)).map(served);
  if (rig.database) targets.push(databaseItself(rig.database, benchCase.statements(subject)));
  const measured = targets.map((target) => ({ target, samples: [] as Sample[] }));
  for (const { load } of targets) await load(warmUp, options.connections);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { target, samples } of measured) samples.push(await sampled(target, rig, options));
  }
  const ways: WayResult[] = [];
  for (const { target, samples } of measured) {
    const { name, bytes, pid, load } = target;
    ways.push({ name, bytes, samples, alone: await load(options.seconds, 1), peakMemory: pid && peakMemoryOf(pid) });
  }
  return { name: benchCase.name, ways };
}

/** Who is asked. */
interface Target {
  readonly name: string;
  readonly bytes?: number;
  /** Of the process that answers, where there is one besides the database's. */
  readonly pid?: number;
  load(seconds: number, connections: number): Promise<LoadResult>;
}

function served({ way, server, asks }: Asked): Target {
  return {
    name: way.name,
    bytes: asks.reduce((sum, { bytes }) => sum + bytes, 0) / asks.length,
    pid: server.pid,
    load: (seconds, connections) => loaded({ port: server.port, token: server.token, asks, seconds, connections }),
  };
}

function databaseItself(database: Pick<DatabaseLoad, 'databaseUrl' | 'cores'>, statements: readonly string[]): Target {
  return { name: 'the database alone', load: (seconds, connections) => askedOfDatabase({ ...database, statements, seconds, connections }) };
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

async function sampled({ pid, load }: Target, { databaseCpu }: Rig, options: BenchOptions): Promise<Sample> {
  const serverCpu = () => pid && cpuTimeOf(pid);
  const [server, database] = [serverCpu(), databaseCpu()];
  const result = await load(options.seconds, options.connections);
  const [serverNow, databaseNow] = [serverCpu(), databaseCpu()];
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
