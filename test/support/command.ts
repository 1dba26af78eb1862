import { type ChildProcess, spawn } from 'node:child_process';

/** A program of the product in a process of its own, as its users start it, but for the build. */
export interface Command {
  readonly process: ChildProcess;
  /** What it has printed so far, on either stream. */
  readonly output: () => string;
  /** Resolves with the exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/**
 * @param program its source
 * @param env all of its environment but PATH
 * @param imports modules that are run ahead of it
 */
export function command(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  imports: readonly string[] = [],
): Command {
  const child = spawn(process.execPath, [...['tsx', ...imports].flatMap((module) => ['--import', module]), program, ...args], {
    env: { PATH: process.env.PATH, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  return { process: child, output: () => output, ended: new Promise((resolve) => child.once('close', resolve)) };
}
