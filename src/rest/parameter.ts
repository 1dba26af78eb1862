import type { InputShape } from './inputShape.js';

/** One variable of an operation as a part of the request. */
export interface Parameter {
  readonly name: string;
  readonly place: 'path' | 'query' | 'body';
  readonly shape: InputShape;
  readonly required: boolean;
  /** As JSON; undefined where the document gives none. */
  readonly default?: unknown;
  readonly description?: string;
}
