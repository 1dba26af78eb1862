import { change } from '../audit/change.js';
import type { Context } from '../context.js';
import { type Batch, deleteBatch } from './deadTokens.js';

/** Batches that one call deletes at most; the worker sees to the rest. */
const mostBatches = 100;

/**
 * Deletes tokens that nobody can use again, a batch at a time, so that no lock is held for long. Each batch is a change of its own, with
 * its entry: what is done stays done, whatever becomes of the next one.
 * @returns how many tokens were deleted
 */
export async function cleanUpTokens(ctx: Context): Promise<number> {
  let deletedCount = 0;
  for (let i = 0; i < mostBatches; i += 1) {
    const { deleted, hasMore } = await cleanUpBatch(ctx);
    deletedCount += deleted;
    if (!hasMore) break;
  }
  return deletedCount;
}

function cleanUpBatch(ctx: Context): Promise<Batch> {
  return change(ctx, async ({ tx, record }) => {
    const batch = await deleteBatch(tx);
    await record({
      action: 'tokens.cleanup',
      resource: { type: 'tokens', id: 'expired', displayId: 'expired tokens' },
      after: { deletedCount: batch.deleted },
    });
    return batch;
  });
}
