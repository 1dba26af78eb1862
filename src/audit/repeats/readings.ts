import { createHash } from 'node:crypto';
import type { Context } from '../../context.js';
import type { AuditFilter } from '../audit.filter.js';
import type { RepeatableEntry } from './repeats.js';

type ReadingContext = Pick<Context, 'actor' | 'origin' | 'repeats'>;

/**
 * Gives the answer to a question of the trail once the trail tells that it was asked: by whom, and for what. Questions with the same filter
 * are one search, whether they list, count or follow, whatever the page; the days of its time are told apart, and not the moments, so that
 * a page that asks for the last hour again and again is one too. A program with an API key asks as often as it likes: of all its
 * questions within the window one entry tells, without the filter.
 */
export async function searched<T>(ctx: ReadingContext, filter: AuditFilter | null | undefined, answer: Promise<T>): Promise<T> {
  const answered = await answer;
  await recordSearch(ctx, filter);
  return answered;
}

/** As `searched`, before the answer: for what is followed. */
export async function recordSearch(ctx: ReadingContext, filter: AuditFilter | null | undefined): Promise<void> {
  const resource = { type: 'audit_log', id: 'search', displayId: 'search of the audit log' };
  const entry: RepeatableEntry = { action: 'audit_log.search', resource };
  if (isProgram(ctx)) return ctx.repeats.record(ctx, entry, []);
  const wanted = given(filter);
  return ctx.repeats.record(ctx, { ...entry, after: { filter: wanted } }, [digestOf(wanted)]);
}

/** Gives an entry that was named once the trail tells that entries were read: of all within the window in one entry. */
export async function looked<T>(ctx: ReadingContext, answer: Promise<T>): Promise<T> {
  const answered = await answer;
  const resource = { type: 'audit_log', id: 'entry', displayId: 'entries by their ids' };
  await ctx.repeats.record(ctx, { action: 'audit_log.read', resource }, []);
  return answered;
}

function isProgram({ actor }: ReadingContext): boolean {
  return actor?.credential.kind === 'api_key';
}

/** The conditions that were named, in the order of their names. */
function given(filter: AuditFilter | null | undefined): AuditFilter {
  const named = Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function digestOf({ from, to, ...conditions }: AuditFilter): string {
  const day = (moment: string | null | undefined) => moment?.slice(0, 10) ?? null;
  return createHash('sha256')
    .update(JSON.stringify([conditions, day(from), day(to)]))
    .digest('hex');
}
