/** One value at fault, as both surfaces document it. */
export interface Issue {
  /** Where it stands in the request: `['body', 'slug']`, `['query', 'page']`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  /** Machine-readable kind, in pydantic's vocabulary. */
  readonly type: string;
  /** What was sent; left out where it may be secret or is large. */
  readonly input?: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}
