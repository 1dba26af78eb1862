import { type ParseArgsConfig, parseArgs } from 'node:util';
import { failureLine } from './failureLine.js';

type Options = NonNullable<ParseArgsConfig['options']>;
/** What a command was called with. */
export type CommandValues<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/**
 * Runs a command of the product by the options that it was called with. `--help` prints what it takes, and nothing is done; so it is with an
 * option that there is not. Why it failed is one line on standard error, and the exit code is 1.
 */
export async function runCommand<O extends Options>(
  help: string,
  options: O,
  run: (values: CommandValues<O>) => Promise<void>,
): Promise<void> {
  try {
    const asked = process.argv.slice(2);
    if (asked.includes('--help')) process.stdout.write(help);
    else await run(parseArgs({ args: asked, options }).values);
  } catch (error) {
    process.stderr.write(`${failureLine(error)}\n`);
    process.exitCode = 1;
  }
}
