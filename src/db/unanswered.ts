import { Socket } from 'node:net';
import type pg from 'pg';

declare module 'pg' {
  interface Client {
    /** False while a statement is under way. Of pg, which does not document it. */
    readonly readyForQuery: boolean;
  }
}

/**
 * No answer came in time, not even the one that the server had cancelled the statement: the server, or the way to it, is gone. The
 * connection is of no use any more: whatever is asked next would wait behind what was asked.
 */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';

  constructor() {
    super('The database did not answer in time.');
  }
}

/**
 * Gives a connection up when nothing has come over it for a time while a statement is under way; the statement fails with `Unanswered`.
 * The socket's own timer, which it moves on: a timer for each statement, as pg's `query_timeout` has it, kept each answer in memory until
 * the next full collection.
 * @param silence milliseconds
 */
export function giveUpWhenSilent(client: pg.Client, silence: number): void {
  const { stream } = client.connection;
  if (!(stream instanceof Socket)) return;
  stream.setTimeout(silence);
  stream.on('timeout', () => {
    if (client.readyForQuery === false) stream.destroy(new Unanswered());
  });
}
