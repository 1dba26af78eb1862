/**
 * Bundles the explorer's page with its workers, so that the server needs no other machine to show it.
 * `npm run build` runs this file after the compiler.
 */

import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type BuildOptions, type BuildResult, build, type Plugin } from 'esbuild';
import type { ExplorerManifest } from '../server/explorer/manifest.js';

export interface ExplorerBundle {
  /** How many files were written, compressed copies not counted. */
  readonly files: number;
  /** Their size in bytes, as they are. */
  readonly bytes: number;
  /** Their size in bytes as a browser loads them. */
  readonly compressedBytes: number;
}

/**
 * Writes `outDir/assets` (each file's name carries a hash of its content, and those that gain by it have a gzip copy beside them) and
 * `outDir/manifest.json`, which names those that the page begins with. What was in `outDir` before is removed.
 *
 * @param folders `pageDir`: the page's source; `outDir`: where the result goes
 * @throws esbuild's BuildFailure where a source is wrong or a package is missing
 */
export async function bundleExplorer(folders: { pageDir: string; outDir: string }): Promise<ExplorerBundle> {
  const assetsDir = join(folders.outDir, 'assets');
  await rm(folders.outDir, { recursive: true, force: true });
  await mkdir(assetsDir, { recursive: true });

  const workers = await bundle({ ...shared, outdir: assetsDir, format: 'iife', entryPoints: workerSources });
  const page = await bundle({
    ...shared,
    outdir: assetsDir,
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    entryPoints: {
      explorer: join(folders.pageDir, 'main.jsx'),
      style: join(folders.pageDir, 'page.css'),
    },
    plugins: [withoutStylesOfScripts, dataFontsAsFiles],
    define: { WORKER_FILES: JSON.stringify(workers.byEntry) },
  });

  const manifest: ExplorerManifest = {
    script: named(page.byEntry, 'explorer'),
    style: named(page.byEntry, 'style'),
  };
  await writeFile(join(folders.outDir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

  const files = [...workers.files, ...page.files];
  const sizes = await Promise.all(files.map(compress));
  return {
    files: files.length,
    bytes: sizes.reduce((sum, size) => sum + size.bytes, 0),
    compressedBytes: sizes.reduce((sum, size) => sum + size.compressedBytes, 0),
  };
}

const workerSources = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

const shared = {
  bundle: true,
  minify: true,
  metafile: true,
  platform: 'browser',
  target: 'es2022',
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  // GraphiQL asks for the old names, which are CommonJS: their exports are not found by name, and prettifying fails.
  alias: { 'prettier/parser-graphql': 'prettier/plugins/graphql', 'prettier/parser-babel': 'prettier/plugins/babel' },
  // The licences of what is bundled ask that their notices go with it.
  legalComments: 'linked',
  logLevel: 'warning',
} satisfies BuildOptions;

/** The editor's scripts import their styles one by one; GraphiQL's style sheet holds them all. */
const withoutStylesOfScripts: Plugin = {
  name: 'without-styles-of-scripts',
  setup(builder) {
    builder.onLoad({ filter: /monaco-editor.*\.css$/ }, () => ({ contents: '', loader: 'empty' }));
  },
};

/** Fonts come as data URLs in a style sheet; as files they need no `data:` in the policy, and are loaded only where they are used. */
const dataFontsAsFiles: Plugin = {
  name: 'data-fonts-as-files',
  setup(builder) {
    builder.onResolve({ filter: /^data:font\/\w+;base64,/ }, ({ path }) => {
      const [head = '', content] = path.split(',');
      return {
        path: `font.${head.slice('data:font/'.length, -';base64'.length)}`,
        namespace: 'data-font',
        suffix: `?${digest(path)}`,
        pluginData: content,
      };
    });
    builder.onLoad({ filter: /.*/, namespace: 'data-font' }, ({ pluginData }) => ({
      contents: Buffer.from(String(pluginData), 'base64'),
      loader: 'file',
    }));
  },
};

/** Tells modules apart that would otherwise share one path. */
function digest(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

interface Bundled {
  readonly files: readonly string[];
  readonly byEntry: Readonly<Record<string, string>>;
}

async function bundle(options: BuildOptions & { metafile: true; entryPoints: Record<string, string> }): Promise<Bundled> {
  const { metafile }: BuildResult<{ metafile: true }> = await build(options);
  const files = Object.keys(metafile.outputs);
  const byEntry: Record<string, string> = {};
  for (const entry of Object.keys(options.entryPoints)) {
    const file = files.find((path) => metafile.outputs[path]?.entryPoint && basename(path).startsWith(`${entry}-`));
    if (file) byEntry[entry] = basename(file);
  }
  return { files, byEntry };
}

function named(byEntry: Readonly<Record<string, string>>, entry: string): string {
  const file = byEntry[entry];
  if (!file) throw new Error(`The bundler made no file for "${entry}".`);
  return file;
}

async function compress(file: string): Promise<{ bytes: number; compressedBytes: number }> {
  const content = await readFile(file);
  // A web font is compressed in itself.
  if (/\.woff2?$/.test(file)) return { bytes: content.length, compressedBytes: content.length };
  const compressed = await promisify(gzip)(content, { level: 9 });
  await writeFile(`${file}.gz`, compressed);
  return { bytes: content.length, compressedBytes: compressed.length };
}

/** The nearest folder upwards that holds the package: the same for this file's source and for its compiled form. */
async function packageFolder(from: string): Promise<string> {
  const found = await access(join(from, 'package.json')).then(
    () => true,
    () => false,
  );
  if (found) return from;
  if (dirname(from) === from) throw new Error('No package.json lies above this file.');
  return packageFolder(dirname(from));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const root = await packageFolder(import.meta.dirname);
  const { files, bytes, compressedBytes } = await bundleExplorer({
    pageDir: join(root, 'src/server/explorer/page'),
    outDir: join(root, 'dist/explorer'),
  });
  const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`explorer: ${files} files, ${megabytes(bytes)} (${megabytes(compressedBytes)} compressed), in ${seconds} s\n`);
}
