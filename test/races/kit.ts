import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GatewayProcess, gatewayProcess, tokenFor } from '../faults/gatewayProcess.js';
import { adminOf } from '../faults/platform.js';
import { type TestDatabase, testDatabase } from '../support/database.js';

/** What a gateway answered, as its client sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the race then says that it is
  readonly body: any;
}

export interface Call {
  readonly token?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Two gateways with their workers, each in a process of its own, on one database. */
export interface Track {
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
  readonly database: TestDatabase;
  /** The first admin, who holds every permission. */
  readonly admin: string;
  readonly adminToken: string;
  tokenFor(userId: string): string;
  /** Sends a request to one of the gateways: even numbers to the first. The first admin's, unless said otherwise. */
  rest(gateway: number, method: string, path: string, call?: Call): Promise<Answer>;
  /** @returns the code of the first error, or `done`, and the data */
  graphql(gateway: number, query: string, variables: object, token?: string): Promise<Outcome>;
  /** What a contender of the race needs to be there; a failure is the test's. */
  make(query: string, variables: object, token?: string): Promise<Outcome['data']>;
  close(): Promise<void>;
}

export interface Outcome {
  readonly code: string;
  // biome-ignore lint/suspicious/noExplicitAny: data is what the race's document says
  readonly data: any;
}

export async function raceTrack(): Promise<Track> {
  const database = await testDatabase();
  const gateways = [await gatewayProcess(database.url), await gatewayProcess(database.url)] as const;
  await Promise.all(gateways.map((gateway) => gateway.start()));
  const admin = await adminOf(database);
  const adminToken = tokenFor(admin);
  const urlOf = (number: number) => gateways[number % 2 === 0 ? 0 : 1].url;

  async function rest(gateway: number, method: string, path: string, { token = adminToken, body, headers }: Call = {}): Promise<Answer> {
    const response = await fetch(`${urlOf(gateway)}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function graphql(gateway: number, query: string, variables: object, token?: string): Promise<Outcome> {
    const { body } = await rest(gateway, 'POST', '/graphql', { token, body: { query, variables } });
    const code: string = body.errors?.[0]?.extensions.code ?? 'done';
    if (code === 'GRAPHQL_VALIDATION_FAILED') throw new Error(body.errors[0].message);
    return { code, data: body.data };
  }

  return {
    gateways,
    database,
    admin,
    adminToken,
    tokenFor,
    rest,
    graphql,
    async make(query, variables, token) {
      const { code, data } = await graphql(0, query, variables, token);
      if (code !== 'done') throw new Error(`${query} ${JSON.stringify(variables)}: ${code}`);
      return data;
    },
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.discard()));
      await database.drop();
    },
  };
}

/** One time that a race is run. */
export interface Round {
  /** From 0. */
  readonly number: number;
  /** Distinguishes names of this round from those of all others. */
  readonly name: string;
  /** From 0 up to 1, the same for the same seed. */
  random(): number;
  /** Waits for a moment that is short and by chance, so that the contenders meet at ever other points. @param most milliseconds */
  stagger(most?: number): Promise<void>;
}

/** A race: what is run again and again, and throws where somebody won who must not. */
export interface Race {
  readonly name: string;
  /** In `npm test`. */
  readonly rounds: number;
  /** Makes what all rounds share. */
  prepare?(track: Track): Promise<void>;
  /** @returns how it came out, to be counted */
  run(track: Track, round: Round): Promise<string>;
  /** Takes back what would stand in the way of other races. */
  tidy?(track: Track): Promise<void>;
}

/** @param seed the same for the same rounds again */
export function roundsOf(seed: number): (number: number) => Round {
  const random = randomFrom(seed);
  return (number) => ({ number, name: `${seed.toString(36)}-${number}`, random, stagger: (most = 4) => sleep(random() * most) });
}

/** Runs a race as often as RACE_ROUNDS says, or as `npm test` does. @returns a line that says how the rounds came out */
export async function runRace(track: Track, race: Race): Promise<string> {
  const rounds = Number(process.env.RACE_ROUNDS ?? race.rounds);
  const seed = Number(process.env.RACE_SEED ?? randomBytes(4).readUInt32BE());
  const roundOf = roundsOf(seed);
  const outcomes = new Map<string, number>();
  const start = performance.now();
  await race.prepare?.(track);
  for (let number = 0; number < rounds; number += 1) {
    const round = roundOf(number);
    try {
      const outcome = await race.run(track, round);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      const ended = track.gateways.flatMap(({ url, lastWords }) => (lastWords() === undefined ? [] : [`${url}: ${lastWords()}`]));
      const says = [`Round ${number} of RACE_SEED=${seed}: ${error instanceof Error ? error.message : error}`, ...ended];
      throw new Error(says.join('\n'), { cause: error });
    }
  }
  await race.tidy?.(track);
  const took = Math.round((performance.now() - start) / 1_000);
  const counted = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome}: ${count}`);
  return `${race.name}: ${rounds} rounds in ${took} s, RACE_SEED=${seed}: ${counted.join(', ')}`;
}

/** Numbers that follow from a seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How often each value is there, as text: `CONFLICT 7, done 1`. */
export function tally(values: readonly (string | number)[]): string {
  const counts = new Map<string | number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => `${value} ${count}`)
    .sort()
    .join(', ');
}

/** Runs as many contenders at once, each a chance moment later. */
export function contend<T>(round: Round, count: number, contender: (number: number) => Promise<T>): Promise<T[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, number) => {
      await round.stagger();
      return contender(number);
    }),
  );
}
