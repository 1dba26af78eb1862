import { Invalid } from '../errors.js';

/** Objects and lists that a value may stand in. */
export const maxDepth = 100;

/** What the database could not keep of a text, in words; undefined where it can keep it all. */
export function textIssue(text: string): string | undefined {
  if (text.includes('\0')) return 'A text cannot contain the character NUL.';
  if (!text.isWellFormed()) return 'A text cannot contain half of a surrogate pair.';
  return undefined;
}

/** A number that is read as an infinite one would be kept as null: JSON has no other word for it. */
export const numberIssue = 'A number must be below 1.8e308.';

/**
 * Refuses what the database could not keep, wherever in a request it stands: NUL, a lone surrogate, numbers beyond all, and values nested so
 * deep that no one means them.
 * @throws Invalid naming the value
 */
export function requireWellFormed(root: unknown): void {
  const open: { value: unknown; path: (string | number)[] }[] = [{ value: root, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next;
    if (typeof value === 'string') {
      const issue = textIssue(value);
      if (issue) throw Invalid.field(path, issue, 'value_error');
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw Invalid.field(path, numberIssue, 'value_error');
    } else if (typeof value === 'object' && value !== null) {
      if (path.length === maxDepth) throw Invalid.field(path.slice(0, 3), `Values are nested at most ${maxDepth} deep.`, 'value_error');
      for (const [name, inner] of Object.entries(value)) {
        const issue = textIssue(name);
        if (issue) throw Invalid.field(path, issue, 'value_error');
        open.push({ value: inner, path: [...path, Array.isArray(value) ? Number(name) : name] });
      }
    }
  }
}
