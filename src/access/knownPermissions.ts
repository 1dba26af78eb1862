import { type FieldIssue, Invalid } from '../errors.js';
import { permissionKeys } from './permissions.js';

function issueOf(path: readonly (string | number)[]): FieldIssue {
  return { path, message: 'There is no such permission.', type: 'value_error' };
}

/** @throws Invalid naming the value at `path` where it is not in the registry */
export function requireKnownPermission(path: readonly string[], key: string): void {
  if (!permissionKeys.has(key)) throw new Invalid([issueOf(path)]);
}

/** @throws Invalid naming, below `path`, each key that is not in the registry */
export function requireKnownPermissions(path: readonly string[], keys: readonly string[]): void {
  const issues = keys.flatMap((key, i) => (permissionKeys.has(key) ? [] : [issueOf([...path, i])]));
  const [first, ...others] = issues;
  if (first) throw new Invalid([first, ...others]);
}
