/** `npm run migrate`: brings the database up to this program, apart from a start, and says what ran. */
import { parseConfig } from './config.js';
import { failureLine } from './start/failureLine.js';
import { migrateOnly } from './start/prepareDatabase.js';
import { printed } from './start/progress.js';
import { startDatabase } from './start/startDatabase.js';

try {
  const config = parseConfig(process.env);
  const database = await startDatabase({ config, progress: printed });
  try {
    const ran = await migrateOnly(database, config);
    printed(ran.length > 0 ? `Migrated: ${ran.join(', ')}.` : 'The database is up to date.');
  } finally {
    await database.stop();
  }
} catch (error) {
  process.stderr.write(`${failureLine(error)}\n`);
  process.exitCode = 1;
}
