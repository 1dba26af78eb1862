import type { Reader } from './reader.js';

/** One environment variable. */
export interface Setting<T> {
  readonly variable: string;
  readonly reader: Reader<T>;
  /** What it is for and in which unit, in one or two sentences. */
  readonly meaning: string;
  /** The text that is read where the variable is absent or empty; undefined where nothing stands in for it. */
  readonly default?: string;
  /** The default as the documentation shows it, where it is no fixed text. */
  readonly shownDefault?: string;
  /** The value is never repeated, neither in a message nor in the documentation. */
  readonly secret?: true;
}

/** A variable that has a default. */
export interface Defaulted<T> extends Setting<T> {
  readonly default: string;
}

/** The value that a setting gives. */
export type ValueOf<S> = S extends Defaulted<infer T> ? T : S extends Setting<infer T> ? T | undefined : never;
