import pg from 'pg';

/** Called after every statement with the time it took. */
export type OnStatement = (seconds: number) => void;

const stalePlan = 'cached plan must not change result type';
/** Statement texts beyond this many run unnamed: a plan costs memory in every connection. */
const maxNames = 1_000;

let names = new Map<string, string>();
let generation = 0;

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known) return known;
  if (names.size >= maxNames) return undefined;
  const name = `t${generation}_${names.size}`;
  names.set(text, name);
  return name;
}

/** After DDL the server refuses the plans it kept; new names make it plan anew. */
function forgetPlans(): void {
  names = new Map();
  generation += 1;
}

/**
 * A client that prepares what it runs with parameters: Kysely gives its statements no name, and a named one is
 * parsed and planned once a connection, which halves the cost of a hot query.
 */
export function preparingClient(onStatement: OnStatement): typeof pg.Client {
  return class PreparingClient extends pg.Client {
    // The overloads of pg's query can't be expressed by one signature; the pool and Kysely use the two below.
    // biome-ignore lint/suspicious/noExplicitAny: overrides an overloaded method of pg
    override query(...args: any[]): any {
      const [text, values] = args;
      const isPromised = typeof args[args.length - 1] !== 'function';
      if (typeof text !== 'string' || !isPromised) return super.query(...(args as Parameters<pg.Client['query']>));
      return this.#timed(text, Array.isArray(values) ? values : undefined);
    }

    async #timed(text: string, values: unknown[] | undefined): Promise<pg.QueryResult> {
      const start = process.hrtime.bigint();
      try {
        return await this.#run(text, values);
      } finally {
        onStatement(Number(process.hrtime.bigint() - start) / 1e9);
      }
    }

    async #run(text: string, values: unknown[] | undefined): Promise<pg.QueryResult> {
      if (!values || values.length === 0) return this.#answer({ text });
      try {
        return await this.#answer({ name: nameOf(text), text, values });
      } catch (error) {
        if (!(error instanceof pg.DatabaseError) || error.message !== stalePlan) throw error;
        forgetPlans();
        // Inside a transaction the error has aborted it: whoever began it must run it again.
        if (this.getTransactionStatus() !== 'I') throw error;
        return this.#answer({ name: nameOf(text), text, values });
      }
    }

    // By a callback. For a promise pg assigns a function to a property, and V8 makes such functions in its old generation: each would keep its
    // answer until the next full collection.
    #answer(query: pg.QueryConfig): Promise<pg.QueryResult> {
      return new Promise((resolve, reject) => {
        super.query(query, (error, result) => (error ? reject(error) : resolve(result)));
      });
    }
  };
}
