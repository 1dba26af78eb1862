import { type CallerName, callerNames } from './callers.js';

export const modes = ['enabled', 'audit', 'disabled'] as const;
export type Mode = (typeof modes)[number];

/** What a call is about: the caller's own, or their org's; another's; an id that was never given out. */
export const objectKinds = ['own', 'other', 'absent'] as const;
export type ObjectKind = (typeof objectKinds)[number];

/**
 * What a caller is given, in the words of the tables:
 *
 * - `ok` the object, and of a change one entry in the trail; `null` nothing, and no error
 * - `401`, `404`, `422`; `403` naming the permission that the field needs
 * - `org` a 403 that names access to the org; `session` one that names an own sign-in, `owner` one that
 *   names whose it is
 *
 * A `!` behind it: the caller was let past a permission that they lack, and an entry says so.
 */
const words = new Set(['ok', 'null', '401', '403', '404', '422', 'org', 'session', 'owner'].flatMap((word) => [word, `${word}!`]));

/** What each caller is given, for each kind of object, in each mode. */
export interface Policy {
  /** The kinds of objects that the table tells apart; `any` is one's own and another's. */
  readonly kinds: readonly string[];
  /** @returns undefined where the policy says nothing of this kind of object */
  expected(caller: CallerName, object: ObjectKind, mode: Mode): string | undefined;
}

/**
 * Reads a policy from a table. The first line names the kinds of objects (`any` stands for one's own and another's); each
 * other line a caller and, for each kind, what they are given in the modes enabled, audit and disabled.
 * @throws Error for a caller without a line, a line without a cell, or a word that means nothing
 */
export function policyTable(text: string): Policy {
  const [head = '', ...lines] = text.trim().split('\n');
  const kinds = head
    .trim()
    .split(/[\s|]+/)
    .filter(Boolean);
  const cells = new Map(lines.map((line) => rowOf(line, kinds)));
  const missing = callerNames.filter((name) => !cells.has(name));
  if (missing.length > 0) throw new Error(`The table has no line for ${missing.join(', ')}.`);
  return {
    kinds,
    expected(caller, object, mode) {
      const kind = kinds.indexOf(kinds.includes(object) || object === 'absent' ? object : 'any');
      return kind === -1 ? undefined : cells.get(caller)?.[kind]?.[modes.indexOf(mode)];
    },
  };
}

function rowOf(line: string, kinds: readonly string[]): [string, string[][]] {
  const [caller = '', ...groups] = line.split('|').map((part) => part.trim());
  const cells = groups.map((group) => group.split(/\s+/));
  const isWhole = cells.length === kinds.length && cells.every((cell) => cell.length === modes.length);
  if (!isWhole) throw new Error(`This line lacks a cell: ${line}`);
  const unknown = cells.flat().find((word) => !words.has(word));
  if (unknown !== undefined) throw new Error(`${unknown} means nothing: ${line}`);
  return [caller, cells];
}
