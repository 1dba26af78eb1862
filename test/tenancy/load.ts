import { setTimeout as sleep } from 'node:timers/promises';

/** What the requests of a while came to. */
export interface Sample {
  readonly answered: number;
  /** Answered by the error `UNAVAILABLE`. */
  readonly refused: number;
  /** Whatever came instead of either. */
  readonly other: readonly string[];
  /** Milliseconds of all of them, sorted. */
  readonly times: readonly number[];
}

export interface Load {
  /** What has come back since this was last asked. */
  take(): Sample;
  /** How many of those there are that were answered. */
  answered(): number;
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly url: string;
  readonly token: string;
  /** Public ids of the orgs whose patients are asked for, one after the other. */
  readonly orgs: readonly string[];
  readonly clients: number;
  /** Milliseconds that a client waits between an answer and its next request. */
  readonly pause: number;
}

const query = 'query ($id: UUID!) { org(id: $id) { name patients(first: 5) { totalCount nodes { id } } } }';

interface Answer {
  readonly data?: { readonly org: { readonly patients: object | null } | null } | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

/** Clients that ask for the records of orgs over HTTP, each one request after the other. */
export function startLoad({ url, token, orgs, clients, pause }: LoadOptions): Load {
  let outcomes: { took: number; outcome: string }[] = [];
  let stopped = false;
  let next = 0;

  async function ask(id: string | undefined): Promise<string> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { id } }),
    });
    // The query says what the answer is.
    const { data, errors } = (await response.json()) as Answer;
    if (data?.org?.patients) return 'answered';
    return errors?.[0]?.extensions.code ?? `status ${response.status}`;
  }

  async function client(): Promise<void> {
    while (!stopped) {
      next += 1;
      const start = performance.now();
      const outcome = await ask(orgs[next % orgs.length]).catch((error: unknown) => String(error));
      outcomes.push({ took: performance.now() - start, outcome });
      await sleep(pause);
    }
  }

  const running = Array.from({ length: clients }, client);
  return {
    answered: () => outcomes.filter(({ outcome }) => outcome === 'answered').length,
    take() {
      const taken = outcomes;
      outcomes = [];
      const of = (wanted: string) => taken.filter(({ outcome }) => outcome === wanted).length;
      return {
        answered: of('answered'),
        refused: of('UNAVAILABLE'),
        other: taken.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'answered' && outcome !== 'UNAVAILABLE'),
        times: taken.map(({ took }) => took).sort((a, b) => a - b),
      };
    },
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}

/** Milliseconds below which this share of the times lies. @param times sorted */
export function quantile(times: readonly number[], share: number): number {
  return times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
}
