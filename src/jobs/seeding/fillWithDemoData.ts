import { NotFound } from '../../errors.js';
import { inTenant } from '../../tenancy/tenant.js';
import type { DutyContext } from '../../worker/duty.js';
import { type HeldJob, JobGivenUp, type JobProgress } from '../queue/heldJob.js';
import { keptCounts } from './seedCounts.js';
import type { Seeding } from './seeding.js';
import { type Stage, stages, writeRows } from './stages.js';

/** What became of one stage so far. */
interface StageStatistics {
  readonly total: number;
  /** Rows that were looked at; the next attempt begins behind them. */
  readonly done: number;
  /** Of those, the ones that this job made. The others were there before. */
  readonly created: number;
  readonly skipped: number;
}

type Statistics = Readonly<Record<string, StageStatistics>>;

/** Rows of one transaction: some tens of milliseconds, which is also how soon a cancelled job stops. */
const batchSize = 1_000;

/**
 * Fills an org with demo data, stage by stage, in batches of one transaction each. What is there is skipped. Rows are the same for the same
 * org, so that neither a batch that is done twice nor a second filling changes anything.
 * @throws NotFound where the org is gone
 * @throws JobGivenUp where it is not active
 * @throws Unavailable where its shard does not answer
 */
export async function* fillWithDemoData(ctx: DutyContext, job: HeldJob): AsyncGenerator<JobProgress> {
  const seeding = await seedingOf(ctx, job);
  let statistics = statisticsOf(job.statistics, seeding);
  for (const stage of stages) {
    for (;;) {
      const so = statistics[stage.name] ?? fresh(stage, seeding);
      if (so.done >= so.total) break;
      const to = Math.min(so.done + batchSize, so.total);
      await requireActive(ctx, job);
      const made = await inTenant(ctx, job.org.key, (tx) => writeRows(tx, seeding, stage, so.done, to));
      const created = so.created + made;
      statistics = { ...statistics, [stage.name]: { total: so.total, done: to, created, skipped: to - created } };
      yield progressOf(stage, statistics);
    }
  }
}

/** Asked before each batch: an org that is suspended meanwhile is filled no further, also not when it is resumed. */
async function requireActive({ db }: DutyContext, job: HeldJob): Promise<{ created_at: string }> {
  const org = await db.selectFrom('orgs').select(['status', 'created_at']).where('id', '=', job.org.key).executeTakeFirst();
  if (!org) throw new NotFound('org', job.org.id);
  if (org.status !== 'active') throw new JobGivenUp(`The org is ${org.status}: only an active one is seeded.`, { status: org.status });
  return org;
}

async function seedingOf(ctx: DutyContext, job: HeldJob): Promise<Seeding> {
  const org = await requireActive(ctx, job);
  return {
    jobId: job.id,
    orgId: job.org.id,
    requestedAt: Date.parse(job.requestedAt),
    orgSince: Date.parse(org.created_at),
    counts: keptCounts(job.payload),
  };
}

function fresh(stage: Stage, { counts }: Seeding): StageStatistics {
  return { total: stage.size(counts), done: 0, created: 0, skipped: 0 };
}

/** Where the last attempt came to; every stage has its line from the start. */
function statisticsOf(kept: unknown, seeding: Seeding): Statistics {
  const begun = Object.fromEntries(stages.map((stage) => [stage.name, fresh(stage, seeding)]));
  // The job's own, as this function wrote them.
  return { ...begun, ...(kept as Statistics) };
}

function progressOf(stage: Stage, statistics: Statistics): JobProgress {
  const all = Object.values(statistics);
  const { done = 0, total = 0 } = statistics[stage.name] ?? {};
  return {
    stage: stage.name,
    message: `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${stage.name}`,
    current: all.reduce((sum, one) => sum + one.done, 0),
    total: all.reduce((sum, one) => sum + one.total, 0),
    statistics,
  };
}
