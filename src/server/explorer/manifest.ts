import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The files that the explorer's page begins with, by their hashed names in the folder `assets`. Written by `tools/bundleExplorer.ts`. */
export interface ExplorerManifest {
  readonly script: string;
  readonly style: string;
}

/**
 * Reads the manifest of a bundle.
 *
 * @returns undefined where there is no bundle
 * @throws where there is one that can't be read
 */
export async function readManifest(bundleDir: string): Promise<ExplorerManifest | undefined> {
  try {
    // Our own build wrote the file, in this shape.
    return JSON.parse(await readFile(join(bundleDir, 'manifest.json'), 'utf8')) as ExplorerManifest;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
