import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/types.generated.js';

/** Rows of each kind that one statement looks at: it stays far below the statement timeout, and holds its locks for a moment. */
const batchSize = 1_000;

/** What a batch came to. */
export interface Batch {
  readonly deleted: number;
  readonly hasMore: boolean;
}

interface Deletion {
  readonly name: string;
  /** Answers one row: how many tokens were deleted, and how many rows were looked at. */
  readonly statement: RawBuilder<{ deleted: number; seen: number }>;
}

/**
 * Tokens that nobody can use again. A used refresh token of a session that goes on is kept until it expires: presented again, it tells of a
 * theft. API keys and impersonations are kept: they are their owners' records, and the trail's.
 */
const deletions: readonly Deletion[] = [
  {
    name: 'sessions that are over',
    statement: sql`with dead as (
        select id from sessions where ended_at is not null or expires_at <= now() limit ${batchSize} for update skip locked
      ), tokens as (delete from refresh_tokens where session_id in (select id from dead) returning id
      ), sessions as (delete from sessions where id in (select id from dead))
      select (select count(*)::int from tokens) as deleted, (select count(*)::int from dead) as seen`,
  },
  {
    name: 'refresh tokens that expired',
    statement: sql`with dead as (delete from refresh_tokens where id in (
        select id from refresh_tokens where expires_at <= now() limit ${batchSize} for update skip locked) returning id)
      select count(*)::int as deleted, count(*)::int as seen from dead`,
  },
  {
    name: 'one-time tokens that were used or expired',
    statement: sql`with dead as (delete from one_time_tokens where id in (
        select id from one_time_tokens where used_at is not null or expires_at <= now() limit ${batchSize} for update skip locked) returning id)
      select count(*)::int as deleted, count(*)::int as seen from dead`,
  },
  {
    name: 'attempts that count no longer',
    statement: sql`with past as (delete from attempts where subject in (
        select subject from attempts where resets_at <= now() limit ${batchSize} for update skip locked) returning subject)
      select 0 as deleted, count(*)::int as seen from past`,
  },
];

/** Deletes a batch of each kind. Safe beside itself: what another one deletes is skipped. */
export async function deleteBatch(db: Kysely<DB>): Promise<Batch> {
  let deleted = 0;
  let hasMore = false;
  for (const { name, statement } of deletions) {
    const { rows } = await sql<{ deleted: number; seen: number }>`/* delete ${sql.raw(name)} */ ${statement}`.execute(db);
    deleted += rows[0]?.deleted ?? 0;
    hasMore ||= rows[0]?.seen === batchSize;
  }
  return { deleted, hasMore };
}
