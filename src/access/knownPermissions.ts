import { type FieldIssue, Invalid } from '../errors.js';
import { permissionKeys } from './permissions.js';

/** @throws Invalid naming, below `path`, each key that is not in the registry */
export function requireKnownPermissions(path: readonly string[], keys: readonly string[]): void {
  const issues = keys.flatMap((key, i): FieldIssue[] =>
    permissionKeys.has(key) ? [] : [{ path: [...path, i], message: 'There is no such permission.', type: 'value_error' }],
  );
  const [first, ...others] = issues;
  if (first) throw new Invalid([first, ...others]);
}
