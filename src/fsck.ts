/**
 * `npm run fsck`: checks that what must hold of a running system holds, on the configured database and its shards, and changes nothing. It
 * prints a line for each check and one for each finding; the exit code is 1 where there is one.
 */
import { sealingOf } from './audit/seal/sealing.js';
import { parseConfig } from './config.js';
import { requireMigrated } from './db/migrator.js';
import { checks } from './fsck/checks.js';
import { noSecretInFile } from './fsck/file.checks.js';
import { runChecks } from './fsck/runChecks.js';
import { printed } from './start/progress.js';
import { runCommand } from './start/runCommand.js';
import { startDatabase } from './start/startDatabase.js';
import { openTenancy } from './tenancy/tenancy.js';

const help = `npm run fsck -- [options]
  --file <file>  a log or an export, in which no secret may stand; may be repeated
`;

/** Findings of one check that are printed; of more, their number. */
const mostPrinted = 20;

function printOutcome({ name, findings }: { name: string; findings: readonly string[] }): void {
  printed(`${findings.length === 0 ? 'ok  ' : 'FAIL'}  ${name}`);
  for (const finding of findings.slice(0, mostPrinted)) printed(`      ${finding}`);
  if (findings.length > mostPrinted) printed(`      and ${findings.length - mostPrinted} more`);
}

async function run(files: readonly string[]): Promise<void> {
  const config = { ...parseConfig(process.env), databaseStatementTimeout: 0, shardPoolSize: 8 };
  const database = await startDatabase({ config, progress: printed, besideOthers: true });
  const tenancy = openTenancy(database, config, { statementTimeout: 0, applicationName: 'tenantry fsck' });
  try {
    await requireMigrated(database.db);
    const checked = { db: database.db, shardPools: tenancy.pools, sealing: sealingOf(config) };
    const outcomes = await runChecks(checked, printOutcome, [...checks, ...files.map(noSecretInFile)]);
    const failed = outcomes.filter(({ findings }) => findings.length > 0).length;
    printed(failed === 0 ? `All ${outcomes.length} checks hold.` : `${failed} of ${outcomes.length} checks do not hold.`);
    if (failed > 0) process.exitCode = 1;
  } finally {
    await tenancy.close();
    await database.stop();
  }
}

await runCommand(help, { file: { type: 'string', multiple: true } }, ({ file = [] }) => run(file));
