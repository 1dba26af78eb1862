import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Duty } from '../worker/duty.js';
import { JobKind } from './job.enums.js';
import { moveTenant } from './moving/moveTenant.js';
import type { QueueTiming } from './queue/heldJob.js';
import { type JobHandlers, runNextJob } from './queue/runJob.js';
import { fillWithDemoData } from './seeding/fillWithDemoData.js';

// The queue is our own, on a table of the control plane, rather than a library such as pg-boss or graphile-worker. A job's state, progress,
// cancellation and fence are part of the API, change in one transaction with their audit entries, and vanish with their org; a library's
// tables are its own, and each of these would be a second copy that can disagree with it.

const handlers: JobHandlers = { [JobKind.DEMO_DATA]: fillWithDemoData, [JobKind.ORG_MOVE]: moveTenant };
const kinds = Object.values(JobKind);

/** A dead worker's job goes on elsewhere within `lease` and the interval of the duty: well below 30 s. */
const usualTiming: QueueTiming = { lease: 20_000, heartbeat: 5_000, backOff: 2_000 };

/** Jobs that one process does side by side, so that an org on a slow shard does not hold up the others. */
const slots = 3;

/** Tells this process and each other one apart, also where two run on one host. */
const processId = `${hostname().slice(0, 100)}:${process.pid}:${randomBytes(3).toString('hex')}`;

/** Does whatever waits in the queue, in one of several slots. */
function jobSlot(number: number, timing: QueueTiming): Duty {
  return {
    name: `jobs, slot ${number}`,
    every: 1_000,
    run: (ctx) => runNextJob(ctx, handlers, kinds, `${processId}/${number}`, timing),
  };
}

/** The jobs that one worker does at once, a duty each. */
export function jobSlots(timing: QueueTiming = usualTiming): readonly Duty[] {
  return Array.from({ length: slots }, (_, i) => jobSlot(i + 1, timing));
}
