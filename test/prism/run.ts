/**
 * Runs the contract's tests with Prism between them and the server (`npm run test:prism`), installs Prism before that where it is not yet,
 * and says what went through. Arguments go to jest: a run with some is of a part, and is not held to have asked everything.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractOperations } from '../contract/operations.js';
import { type Exchange, knownFindings } from './findings.js';

const home = 'test/prism';
/** Those that call documented operations. What test/parity calls by REST are the cases of statuses.test.ts again. */
const proxied = ['statuses', 'authentication', 'refusals', 'lists', 'updates', 'trail', 'failures'];

function ranWell(program: string, args: readonly string[], options: Parameters<typeof spawnSync>[2]): boolean {
  return spawnSync(program, args, { stdio: 'inherit', ...options }).status === 0;
}

/** Whether npm has installed since the packages were last changed. */
function isInstalled(): boolean {
  const changed = (file: string) => statSync(join(home, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return changed('node_modules/.package-lock.json') > changed('package-lock.json');
}

/** What a whole run has left out. @returns one line each */
function gapsIn(exchanges: readonly Exchange[]): string[] {
  const had = (id: string, is: (status: number) => boolean) =>
    exchanges.some(({ operationId, status }) => operationId === id && is(status));
  const unasked = [...contractOperations.keys()].flatMap((id) => [
    ...(had(id, (status) => status < 300) ? [] : [`${id} never succeeded through Prism.`]),
    ...(had(id, (status) => status >= 400) ? [] : [`${id} never refused through Prism.`]),
  ]);
  const unseen = knownFindings.filter((_, index) => !exchanges.some(({ known }) => known.includes(index)));
  return [...unasked, ...unseen.map(({ location, reason }) => `Prism no longer finds anything at ${location}: "${reason}"`)];
}

function summary(exchanges: readonly Exchange[]): string {
  const operations = new Set(exchanges.map(({ operationId }) => operationId)).size;
  const refused = exchanges.filter((exchange) => exchange.refused > 0).length;
  const known = exchanges.reduce((sum, exchange) => sum + exchange.known.length, 0);
  return `Prism stood before ${exchanges.length} requests to ${operations} operations: ${refused} were not as documented, and refused by the server as well; ${known} findings are known ones.\n`;
}

function main(args: readonly string[]): boolean {
  if (!isInstalled() && !ranWell('npm', ['ci', '--ignore-scripts'], { cwd: home })) return false;
  const folder = mkdtempSync(join(tmpdir(), 'prism-'));
  try {
    const report = join(folder, 'exchanges');
    writeFileSync(report, '');
    const tests = [`**/test/contract/(${proxied.join('|')}).test.ts`, '**/test/prism/*.prism.ts'];
    const jest = ['--import', 'tsx', 'test/support/run.ts', ...tests.flatMap((each) => ['--testMatch', each]), ...args];
    if (!ranWell(process.execPath, jest, { env: { ...process.env, PRISM_REPORT: report } })) return false;
    const exchanges: Exchange[] = readFileSync(report, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    const gaps = args.length > 0 ? [] : gapsIn(exchanges);
    process.stdout.write(summary(exchanges));
    for (const gap of gaps) process.stderr.write(`${gap}\n`);
    return gaps.length === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

process.exitCode = main(process.argv.slice(2)) ? 0 : 1;
