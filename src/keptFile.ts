import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The text of a file, which is made where there is none; readable to its owner alone.
 * @throws Error where the folder can't be written
 */
export function readOrMake(file: string, made: string): string {
  mkdirSync(dirname(file), { recursive: true });
  try {
    // Two first starts at once: one makes the file, the other reads it.
    writeFileSync(file, made, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return readFileSync(file, 'utf8');
    throw error;
  }
}
