import { type FieldIssue, Invalid } from './errors.js';

/** What a text may be. Lengths are in characters, as the database counts them. */
export interface TextRule {
  /** Where it is more than none, the text also has something that a reader sees. */
  readonly min?: number;
  readonly max: number;
  readonly pattern?: RegExp;
  /** Says in words what the pattern asks for. */
  readonly form?: string;
  /** Whether null clears the field. */
  readonly nullable?: boolean;
}

export const slugRule: TextRule = {
  min: 1,
  max: 100,
  pattern: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  form: 'lowercase kebab-case, such as acme-health',
};

/** Anything but white space, and what is written without being seen, such as a zero-width space. */
const seen = /[^\p{White_Space}\p{Cc}\p{Cf}]/u;

/** Whether a text has nothing that a reader sees. */
export function isBlank(text: string): boolean {
  return !seen.test(text);
}

function lengthOf(text: string): number {
  return [...text].length;
}

function issueOf(path: readonly string[], value: string | null, rule: TextRule): FieldIssue | undefined {
  if (value === null) return rule.nullable ? undefined : { path, message: 'Input should be a valid string', type: 'string_type' };
  const length = lengthOf(value);
  const { min = 0, max, pattern, form } = rule;
  if (length < min) {
    const context = { min_length: min };
    return { path, message: `String should have at least ${min} character${min === 1 ? '' : 's'}`, type: 'string_too_short', context };
  }
  if (min > 0 && isBlank(value)) return { path, message: 'String should not be blank', type: 'value_error' };
  if (length > max) {
    return { path, message: `String should have at most ${max} characters`, type: 'string_too_long', context: { max_length: max } };
  }
  if (pattern && !pattern.test(value)) {
    const context = { pattern: pattern.source };
    return { path, message: `String should be ${form ?? 'of the documented form'}`, type: 'string_pattern_mismatch', context };
  }
  return undefined;
}

/**
 * Checks the texts of an input against their rules; an absent one is fine. Every broken rule is reported at once.
 * @throws Invalid naming each value at fault, below `path`
 */
export function checkTexts<T extends object>(path: readonly string[], input: T, rules: { readonly [F in keyof T]?: TextRule }): void {
  const issues = Object.entries<TextRule | undefined>(rules).flatMap(([name, rule]): FieldIssue[] => {
    const value: unknown = input[name as keyof T]; // the rules' keys are the input's
    if (!rule || value === undefined || (value !== null && typeof value !== 'string')) return [];
    const issue = issueOf([...path, name], value, rule);
    return issue ? [issue] : [];
  });
  const [first, ...others] = issues;
  if (first) throw new Invalid([first, ...others]);
}

/**
 * The part of an input that was given: what is left out stays as it is.
 * @throws Invalid naming a field that was given as null and can't be
 */
export function given<T extends object, K extends keyof T & string>(path: readonly string[], input: T, required: readonly K[]): Partial<T> {
  const nulls = required.filter((name) => input[name] === null);
  const [first, ...others] = nulls.map(
    (name): FieldIssue => ({ path: [...path, name], message: 'This can be changed, but not removed.', type: 'value_error' }),
  );
  if (first) throw new Invalid([first, ...others]);
  // Object.fromEntries forgets the keys' types; the keys are the input's own.
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** @throws Invalid naming `input.<name>` where a number is given and is out of its bounds, which are included */
export function requireBetween(name: string, value: number | null | undefined, min: number, max = Number.POSITIVE_INFINITY): void {
  if (value === null || value === undefined) return;
  const path = ['input', name];
  if (value < min) throw Invalid.field(path, `Input should be greater than or equal to ${min}`, 'greater_than_equal', { ge: min });
  if (value > max) throw Invalid.field(path, `Input should be less than or equal to ${max}`, 'less_than_equal', { le: max });
}

/**
 * Bounds a search as the REST operations do.
 * @throws Invalid naming `filter.search`, which is what every list calls it
 */
export function requireSearchable(search: string): void {
  checkTexts(['filter'], { search }, { search: { max: 500 } });
}
