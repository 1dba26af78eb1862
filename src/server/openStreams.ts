import type { FastifyInstance, FastifyReply } from 'fastify';
import { Unavailable } from '../errors.js';

/** The streams that this process has open. */
export interface OpenStreams {
  /**
   * Counts a stream until its connection closes.
   * @param caller the caller's id
   * @returns a signal that aborts when the caller has gone, and when the server drains: the stream then says that it ends
   * @throws Unavailable where the process or the caller has as many as they may
   */
  open(reply: FastifyReply, caller: string): AbortSignal;
}

/** How many streams are open at most. */
const most = { ofProcess: 1_000, ofCaller: 20 } as const;
/** Seconds after which a caller with too many may try again. */
const retryAfter = 5;

export function openStreams(app: FastifyInstance): OpenStreams {
  const open = new Map<AbortController, string>();

  app.addHook('preClose', (done) => {
    for (const stream of open.keys()) stream.abort();
    done();
  });

  return {
    open(reply, caller) {
      const ofCaller = [...open.values()].filter((one) => one === caller).length;
      if (open.size >= most.ofProcess || ofCaller >= most.ofCaller) {
        throw new Unavailable('Too many streams are open. Close one, or try again shortly.', retryAfter);
      }
      reply.goesOnAtLength();
      const stream = new AbortController();
      open.set(stream, caller);
      reply.raw.once('close', () => {
        open.delete(stream);
        stream.abort();
      });
      return stream.signal;
    },
  };
}
