/**
 * What `npm start` runs: the program in the one file that `tools/bundleProgram.ts` makes of it, with the code that V8 has compiled of it
 * before. Some 2,000 modules are then not looked for, read and compiled one by one. CommonJS, because a `Script` alone can be
 * given compiled code.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** What `program.ts` exports. */
export interface Program {
  run(args: readonly string[]): Promise<void>;
  /** @returns the schema that it serves, printed */
  rehearse(): Promise<string>;
}

export interface LoadedProgram {
  readonly program: Program;
  /** The compiled code of all functions that have run by now. */
  readonly compiledCode: () => Buffer;
  /** Whether code that was compiled before was of use: V8 takes it from its own version, with its own flags, alone. */
  readonly wasCompiled: boolean;
}

/** Where the build puts the bundle; its compiled code lies beside it. */
export const bundle = join(__dirname, '..', 'program.cjs');
export const codeOf = (file: string): string => `${file}.code`;

/** @throws Error where it was not built */
export function load(file = bundle): LoadedProgram {
  // The bundler leaves no character beyond ASCII, so that this takes a byte for each.
  const source = readFileSync(file, 'latin1');
  const cachedData = existsSync(codeOf(file)) ? readFileSync(codeOf(file)) : undefined;
  const script = new Script(source, { filename: file, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return {
    // The bundle's entry is program.ts.
    program: module.exports as Program,
    compiledCode: () => script.createCachedData(),
    wasCompiled: cachedData !== undefined && script.cachedDataRejected === false,
  };
}

/** Milliseconds for which a process counts as starting. */
const startTakes = 1_000;

async function start(): Promise<void> {
  const { program } = load();
  // What a request makes dies with it. Where many requests are under way at a collection, V8 takes what they make for long-lived, and makes it
  // in its old generation from then on, where it and all that it points to stay until the next full collection.
  setFlagsFromString('--no-allocation-site-pretenuring');
  const asIsUsual = asItStarts();
  await program.run(process.argv.slice(2));
  setTimeout(asIsUsual, startTakes).unref();
}

/** Sets V8 for what runs once. @returns a function that sets it as it was */
function asItStarts(): () => void {
  // What runs often while a start runs once is optimized in vain, by a thread that takes a fifth of the start's time from the only core.
  setFlagsFromString('--no-opt');
  // What a start makes is there to stay: a young generation that grows with it takes 15 MB that nothing needs before there is load.
  setFlagsFromString('--semi-space-growth-factor=1');
  return () => {
    setFlagsFromString('--opt');
    setFlagsFromString('--semi-space-growth-factor=2');
  };
}

if (require.main === module) start();
