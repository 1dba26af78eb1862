import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of the REST documents. It lies beside the sources and is not copied by the build, so it is looked for upwards from this file.
 * @throws Error where the installation has none
 */
export function operationsFolder(): string {
  const from = dirname(fileURLToPath(import.meta.url));
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'schema', 'operations');
    if (existsSync(folder)) return folder;
    if (at === dirname(at)) throw new Error(`The folder schema/operations is missing above ${from}.`);
  }
}
