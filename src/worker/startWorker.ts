import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Duty, DutyContext } from './duty.js';

/** A worker that runs. */
export interface Worker {
  /** Tells every duty to end, and waits until each has. */
  stop(): Promise<void>;
}

/** Does each duty now and then, side by side. One that fails is logged and tried again after its interval. */
export function startWorker(ctx: Omit<DutyContext, 'signal'>, duties: readonly Duty[]): Worker {
  const stopping = new AbortController();
  // Every duty, and whatever it waits for, listens.
  setMaxListeners(0, stopping.signal);
  const running = duties.map((duty) => repeat(duty, { ...ctx, signal: stopping.signal }));
  return {
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

async function repeat(duty: Duty, ctx: DutyContext): Promise<void> {
  while (!ctx.signal.aborted) {
    const hasMore = await runOnce(duty, ctx);
    if (!hasMore) await sleep(duty.every, undefined, { signal: ctx.signal, ref: false }).catch(() => {});
  }
}

async function runOnce(duty: Duty, ctx: DutyContext): Promise<boolean> {
  try {
    return await duty.run(ctx);
  } catch (error) {
    ctx.log.error({ err: error, duty: duty.name }, 'a background duty failed; it is tried again');
    return false;
  }
}
