import pg from 'pg';
import { isUnanswered } from '../db/unanswered.js';

/**
 * A client of a server that may be far away, and die. It prepares nothing: one connection serves many tenants, and a plan that was kept
 * would be made anew for each. A connection on which no answer came in time is given up, since whatever is asked next would wait behind it.
 */
export class ShardClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    // The loss of a connection in use fails the statement that runs; without a listener it would end the process as well.
    this.on('error', () => {});
  }

  // The overloads of pg's query can't be expressed by one signature; Kysely uses the one that answers by a promise.
  // biome-ignore lint/suspicious/noExplicitAny: overrides an overloaded method of pg
  override query(...args: any[]): any {
    const isPromised = typeof args[args.length - 1] !== 'function';
    const result = super.query(...(args as Parameters<pg.Client['query']>));
    return isPromised && typeof args[0] === 'string' ? this.#givingUp(result) : result;
  }

  async #givingUp(result: unknown): Promise<unknown> {
    try {
      return await result;
    } catch (error) {
      if (isUnanswered(error)) this.connection.stream.destroy(error);
      throw error;
    }
  }
}
