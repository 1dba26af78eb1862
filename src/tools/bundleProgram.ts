/**
 * Bundles the compiled program and the packages that it uses into one file, and keeps beside it what V8 compiles of that: a start finds,
 * reads and compiles neither. `npm run build` runs this file after the compiler.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { printSchema } from 'graphql';
import { documentsDigest } from '../rest/documents.js';
import { operationsFolder } from '../rest/folder.js';
import { generateOpenApi } from '../rest/generate.js';
import { surfaces } from '../rest/surfaces/index.js';
import { buildUnguardedSchema } from '../schema/schema.js';
import { bundle, codeOf, load } from '../start.cjs';

/** Found when they are asked for: a native module, and two that their users do without where they are not installed. */
const external = ['@node-rs/argon2', 'pg-native', 'class-validator'];

/**
 * Names matter of classes alone: GraphQL's types and our errors are called as their classes are, and the bundler calls one otherwise where
 * two have the same name. It would name every function again each time that one is made, which requests would pay for.
 */
function namingClassesAlone(code: string): string {
  const helper = /var\s+__name=.*?configurable:\s*true\s*\}\);/s;
  const naming = code.match(helper)?.[0];
  if (!naming) throw new Error('The bundler names functions in another way than it did.');
  // A class names itself; the name of a function is left as it is. The bundler may break a line anywhere. The other helper's name is as long, so
  // that the source map holds.
  return code
    .replaceAll(/\b__name(?=\(\s*this\b)/g, '__type')
    .replace(helper, () => `${naming.replace('__name', '__type')}var __name=target=>target;`);
}

const unguarded = buildUnguardedSchema();

/** @throws DocumentError where one does not fit the schema */
function fittingDocuments(): string[] {
  generateOpenApi(unguarded);
  return surfaces.map(({ name }) => documentsDigest(join(operationsFolder(), name)));
}

// The decorators are the compiler's work, so its output is bundled and not the sources.
const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, '..', 'program.js')],
  outfile: bundle,
  write: false,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  keepNames: true,
  // Half the file, and half of what the process keeps of it. Names stay, and lines, for whoever reads a stack without the map.
  minifyWhitespace: true,
  lineLimit: 200,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'linked',
  logLevel: 'warning',
  external,
  define: {
    'import.meta.url': 'importMetaUrl',
    'globalThis.FITTING_DOCUMENTS': JSON.stringify(fittingDocuments()),
    // Where there is none, as before Node.js 21, pg finds out where it runs by making a Response, which loads Node's fetch: 30 ms.
    navigator: JSON.stringify({ userAgent: 'Node.js' }),
  },
  // The function that start.cts calls, as Node calls a CommonJS module's. On lines that are there anyway, for the source map.
  banner: {
    js: `(function (exports, require, module, __filename, __dirname) { const importMetaUrl = require('node:url').pathToFileURL(__filename).href;`,
  },
  footer: { js: '})' },
});
await rm(codeOf(bundle), { force: true });
for (const { path, text } of outputFiles) await writeFile(path, path === bundle ? namingClassesAlone(text) : text);

const { program, compiledCode } = load();
const served = await program.rehearse();
if (served !== printSchema(unguarded)) throw new Error('The bundle does not serve the schema of the modules that it was made of.');
const code = compiledCode();
await writeFile(codeOf(bundle), code);
const megabytes = ({ length }: { length: number }) => `${(length / 1e6).toFixed(1)} MB`;
process.stdout.write(
  `program: ${megabytes(outputFiles.find(({ path }) => path === bundle)?.text ?? '')}, ${megabytes(code)} of compiled code\n`,
);
process.exit();
