/**
 * `npm run shards:rotate-keys`: encrypts the addresses of all shards under the newest key. Where the configuration names no keys, a new
 * one is added to those in the data folder first; gateways read it at their next start.
 */
import { parseConfig } from './config.js';
import { rotateShardKeys } from './shards/rotateShardKeys.js';
import { printed } from './start/progress.js';
import { runCommand } from './start/runCommand.js';
import { startDatabase } from './start/startDatabase.js';
import { addShardKeyTo } from './tenancy/shardKeyFile.js';
import { shardKeys } from './tenancy/shardKeys.js';

const help = `npm run shards:rotate-keys
  takes no options
`;

await runCommand(help, {}, async () => {
  const config = parseConfig(process.env);
  const database = await startDatabase({ config, progress: printed });
  try {
    const keys = shardKeys(config.shardKeys ?? addShardKeyTo(config.dataDir));
    const rotated = await rotateShardKeys(database.db, keys);
    printed(`Encrypted ${rotated} shard${rotated === 1 ? '' : 's'} anew, under the key of version ${keys.newest}.`);
  } finally {
    await database.stop();
  }
});
