/** `npm run audit:retain`: drops whole months of the trail, and holds months against that. Run it as the owner of the tables. */
import { dropMonthsBefore, listHolds, placeHold, releaseHold } from './audit/retention/retention.js';
import { parseConfig } from './config.js';
import { printed } from './start/progress.js';
import { type CommandValues, runCommand } from './start/runCommand.js';
import { type StartedDatabase, startDatabase } from './start/startDatabase.js';

const help = `npm run audit:retain -- <what>
  --before 2025-01                                drops the months before this one, where they are sealed and not held
  --hold 2024-01..2024-06 --reason "Case 4711"    keeps these months
  --release <hold>                                ends a hold
  --holds                                         lists the holds
`;

const options = {
  before: { type: 'string' },
  hold: { type: 'string' },
  reason: { type: 'string' },
  release: { type: 'string' },
  holds: { type: 'boolean' },
} as const;

async function run({ db }: StartedDatabase, { before, hold, reason = '', release }: CommandValues<typeof options>): Promise<void> {
  if (before !== undefined) {
    const dropped = await dropMonthsBefore(db, before);
    for (const { month, entries } of dropped) printed(`Dropped ${month}: ${entries} entries. The seal still has their hashes.`);
    if (dropped.length === 0) printed(`There is nothing before ${before}.`);
  } else if (hold !== undefined) {
    const [from = '', to = from] = hold.split('..');
    printed(`Held: ${await placeHold(db, { from, to, reason })}`);
  } else if (release !== undefined) {
    await releaseHold(db, release);
    printed('Released.');
  } else {
    for (const { id, fromMonth, toMonth, reason: why } of await listHolds(db)) printed(`${id}  ${fromMonth} to ${toMonth}  ${why}`);
  }
}

await runCommand(help, options, async (values) => {
  if (Object.keys(values).length === 0) process.stdout.write(help);
  else {
    const config = parseConfig(process.env);
    const database = await startDatabase({ config: { ...config, databaseStatementTimeout: 0 }, progress: printed });
    try {
      await run(database, values);
    } finally {
      await database.stop();
    }
  }
});
