import type { DutyContext } from '../../worker/duty.js';
import { type HeldJob, JobGivenUp, type JobProgress } from '../queue/heldJob.js';
import { catchUp, copyAll } from './copyTenant.js';
import { makePlace } from './makePlace.js';
import { moveOf } from './move.js';
import { freeze, switchOver } from './switchOver.js';

/** How often a move is begun anew, or taken up, before it is given up. */
const maxTries = 10;

interface Statistics {
  readonly tries: number;
  /** Whether there is a whole copy, which may have fallen behind since. */
  readonly isCopied: boolean;
  /** Rows that were copied while the org could be written to, and the milliseconds that this took. */
  readonly copiedRows: number;
  readonly copyMs: number;
}

/**
 * Moves a tenant to another shard. The copy is made while the org is written to, in one transaction of either side. Then the original is
 * frozen, the rows that differ are copied again, all tables are compared, and the placement is switched: from this transaction on the copy is in
 * charge, and until then the original. Killed anywhere, it begins again behind the last whole stage.
 * @throws Unavailable where a shard does not answer
 */
export async function* moveTenant(ctx: DutyContext, job: HeldJob): AsyncGenerator<JobProgress> {
  const move = await moveOf(ctx.db, job);
  // Switched by a worker that died before it could say so.
  if (!move) return;
  let statistics = statisticsOf(job.statistics);
  if (statistics.tries > maxTries) throw new JobGivenUp(`It was tried ${maxTries} times.`);
  const report = (stage: string, message: string, current: number, total: number): JobProgress => ({
    stage,
    message,
    current,
    total,
    statistics: { ...statistics },
  });

  if (!statistics.isCopied) {
    yield report('copy', 'the tables are made', 0, 0);
    await makePlace(ctx, job, move);
    const start = performance.now();
    let copied = 0;
    for await (const { table, rows, total } of copyAll(ctx, job, move)) {
      copied += rows;
      yield report('copy', `${rows.toLocaleString('en')} ${table}`, copied, total);
    }
    statistics = { ...statistics, isCopied: true, copiedRows: copied, copyMs: Math.round(performance.now() - start) };
  }
  yield report('verify', 'writes are refused from here on', statistics.copiedRows, statistics.copiedRows);
  await freeze(ctx, job, move);
  const tables = await catchUp(ctx, job, move);
  yield report('switch', 'both copies are equal', statistics.copiedRows, statistics.copiedRows);
  await switchOver(ctx.db, job, move, { ...statistics, tables });
}

function statisticsOf(kept: unknown): Statistics {
  // The job's own, as this file wrote them.
  const { tries = 0, ...rest } = kept as Partial<Statistics>;
  return { isCopied: false, copiedRows: 0, copyMs: 0, ...rest, tries: tries + 1 };
}
