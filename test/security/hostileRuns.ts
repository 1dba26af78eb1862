import fc from 'fast-check';

/** Cases of each operation and field; more by the environment, for a long run. */
const runs = Number(process.env.HOSTILE_RUNS ?? 200);
const seed = Number(process.env.HOSTILE_SEED ?? Date.now() % 2 ** 31);
/** Requests at the same time. */
const breadth = 8;
/** Milliseconds after which an answer counts as none. */
export const patience = 10_000;

/** What a program says of itself, and must not say to a caller. */
const internals =
  /node_modules|\bat .+\.[jt]s:\d+|kysely|pg_catalog|violates (?:unique|foreign|check|not-null)|syntax error at or near|SQLSTATE|relation "/i;

export interface HostileAnswer {
  readonly status: number;
  readonly body: string;
}

/** What is wrong with an answer to a hostile request; undefined where it is fine. */
export function faultOf({ status, body }: HostileAnswer): string | undefined {
  // 503 is a refusal: no slot is free for another org, or the machine is busy.
  if (status >= 500 && status !== 503) return `status ${status}`;
  if (body.includes('INTERNAL_SERVER_ERROR')) return 'an internal error';
  const [said] = internals.exec(body) ?? [];
  return said && `it says ${JSON.stringify(said)}`;
}

/**
 * Sends hostile requests, and tells of those that were answered wrongly. A run is repeated by its seed, which is part of what is told.
 * @param share of the usual number of cases, for what is slow on purpose
 */
export async function hostileRun<C>(cases: fc.Arbitrary<C>, send: (one: C) => Promise<HostileAnswer>, share = 1): Promise<string[]> {
  const open = fc.sample(cases, { numRuns: Math.ceil(runs * share), seed });
  const faults: string[] = [];
  async function work(): Promise<void> {
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      const fault = await send(one).then(faultOf, (error: unknown) => `no answer: ${error}`);
      if (fault) faults.push(`HOSTILE_SEED=${seed}: ${fault}, for ${JSON.stringify(one).slice(0, 2_000)}`);
    }
  }
  await Promise.all(Array.from({ length: breadth }, work));
  return faults;
}
