import type { DomainError } from '../errors.js';
import type { Issue } from './issue.js';
import type { JsonSchema } from './jsonSchema.js';

/** An error response. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What an error response may need to know beside the error. */
export interface Occasion {
  readonly traceId: string;
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
}

/** One documented REST surface: where it lives and how it words its errors. */
export interface Surface {
  readonly name: 'platform' | 'v1';
  readonly prefix: string;
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** What the operations of a tag are about. */
  readonly tags: Readonly<Record<string, string>>;
  /** A 422 that names each value at fault. */
  readonly invalid: (issues: readonly Issue[]) => Answer;
  /** A domain error other than bad input, which `invalid` answers. */
  readonly refused: (error: DomainError, occasion: Occasion) => Answer;
  /** An internal error: it shows the trace id and nothing more. */
  readonly failed: (occasion: Occasion) => Answer;
  readonly noRoute: (occasion: Occasion) => Answer;
  readonly wrongMethod: (occasion: Occasion, allowed: readonly string[]) => Answer;
  /** Schemas of the error bodies, by name. */
  readonly errorSchemas: Readonly<Record<string, JsonSchema>>;
  /** The name in `errorSchemas` of a status's body. */
  readonly errorSchemaOf: (status: number) => string;
  /** Whether the surface documents an optional query parameter as one that may be null; none that is sent ever is. */
  readonly documentsNullInQuery?: true;
}
