import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The program from its sources. @param preload modules of the tests that change it before it starts */
export function fromSources(preload: readonly string[] = []): string[] {
  return [...['tsx', ...preload].flatMap((module) => ['--import', module]), 'src/main.ts'];
}

/** What `npm start` gives to Node.js. */
const built = 'dist/src/start.cjs';

/** Whether `dist/` is what the sources say. */
export function isBuilt(): boolean {
  const builtAt = Math.min(...[built, 'dist/program.cjs'].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0));
  const files = ['src', 'migrations'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return files.every((file) => statSync(file).mtimeMs < builtAt);
}

/** The program as `npm start` runs it, where the build is newer than the sources; or else the sources, which start slower. */
export const program: readonly string[] = isBuilt() ? [built] : fromSources();
