import { type RawBuilder, sql } from 'kysely';
import { requireSearchable } from '../input.js';

/** Texts in which something is searched for. */
export interface Search {
  /** A folded expression. */
  readonly in: RawBuilder<unknown>;
  readonly text: string;
}

/** A search that a filter asks for; undefined where it asks for none. */
export function searchIn(expression: RawBuilder<unknown>, text: string | null | undefined): Search | undefined {
  return text ? { in: expression, text } : undefined;
}

/**
 * As `contains`, with the text folded once and not for each row that is looked at. The planner can't tell how many rows match: it is for
 * statements whose plan doesn't hang on that.
 * @throws Invalid where a search is longer than REST takes
 */
export function found(search: Search): RawBuilder<boolean> {
  requireSearchable(search.text);
  return sql<boolean>`${search.in} like (select containing(${search.text}))`;
}

/**
 * Whether a folded expression contains a text, whatever its case and accents; `%` and `_` stand for themselves.
 * @throws Invalid where a search is longer than REST takes
 */
export function contains(expression: RawBuilder<unknown>, text: string): RawBuilder<boolean> {
  requireSearchable(text);
  return sql<boolean>`${expression} like containing(${text})`;
}

/**
 * Whether an expression in small letters contains a text, whatever the text's case; accents tell letters apart, and `%` and `_` stand for
 * themselves.
 * @throws Invalid where a search is longer than REST takes
 */
export function containsCaseless(expression: RawBuilder<unknown>, text: string): RawBuilder<boolean> {
  requireSearchable(text);
  return sql<boolean>`${expression} like lower(${`%${text.replace(/[\\%_]/g, '\\$&')}%`})`;
}
