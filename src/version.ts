import { Conflict } from './errors.js';

/**
 * Compares the version that a change is based on with the one that was locked.
 * @throws Conflict that says the current version
 */
export function requireVersion(resourceType: string, current: number | undefined, base: number | null | undefined): void {
  if (base === null || base === undefined || base === current) return;
  throw new Conflict(`The ${resourceType} has changed: it is at version ${current}, and this change is based on ${base}.`, {
    resourceType,
    currentVersion: current,
  });
}
