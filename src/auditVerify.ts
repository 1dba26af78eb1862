/** `npm run audit:verify`: holds the trail, or an export of it, against its seal. Ends with 1 where something is not as it was sealed. */
import type { KeyObject } from 'node:crypto';
import { publicBytes, publicKeyOf } from './audit/seal/auditKeys.js';
import { readCheckpoints } from './audit/seal/checkpointFile.js';
import { sealingOf } from './audit/seal/sealing.js';
import { Unusable } from './audit/seal/unusable.js';
import type { Finding } from './audit/seal/verify.js';
import { verifyDatabase } from './audit/seal/verifyDatabase.js';
import { verifyExport } from './audit/seal/verifyExport.js';
import { type Config, parseConfig } from './config.js';
import { printed } from './start/progress.js';
import { type CommandValues, runCommand } from './start/runCommand.js';
import { startDatabase } from './start/startDatabase.js';

const help = `npm run audit:verify -- [options]
  --checkpoints <file>        checkpoints kept outside of the database (AUDIT_CHECKPOINT_FILE)
  --export <file>             an NDJSON export: verified against the checkpoints, with no database
  --public-key <id:base64url> a key that signed; may be repeated. Without one, the keys of the configuration count.
  --show-keys                 prints the public keys of the configuration
`;

const options = {
  checkpoints: { type: 'string' },
  export: { type: 'string' },
  'public-key': { type: 'string', multiple: true },
  'show-keys': { type: 'boolean' },
} as const;

function keysOf(config: Config, named: readonly string[] | undefined): ReadonlyMap<string, KeyObject> {
  if (!named) return sealingOf(config).keys().verify;
  return new Map(
    named.map((text) => {
      const [id = '', bytes = ''] = text.split(':');
      try {
        return [id, publicKeyOf(bytes)];
      } catch (error) {
        throw new Unusable('A public key is written as id:base64url, as --show-keys prints it.', { cause: error });
      }
    }),
  );
}

async function verify(config: Config, { checkpoints, export: file, 'public-key': named }: CommandValues<typeof options>): Promise<number> {
  const keys = keysOf(config, named);
  let findings = 0;
  const report = ({ kind, says }: Finding) => {
    findings += 1;
    process.stdout.write(`${kind}: ${says}\n`);
  };
  if (file !== undefined) {
    if (checkpoints === undefined) throw new Unusable('An export is verified against checkpoints: name their file with --checkpoints.');
    const { entries, unsealed, isComplete } = await verifyExport(file, checkpoints, keys, report);
    printed(
      `Verified ${entries} entries of ${isComplete ? 'an export of the whole trail' : 'a part of the trail'}; ${unsealed} are not sealed yet.`,
    );
    return findings;
  }
  const database = await startDatabase({
    config: { ...config, databaseStatementTimeout: 0 },
    progress: printed,
    besideOthers: true,
  });
  try {
    const kept = checkpoints === undefined ? undefined : readCheckpoints(checkpoints);
    const { batches, entries, unsealed, dropped } = await verifyDatabase(database.db, keys, kept, report);
    printed(`Verified ${entries} entries in ${batches} batches; ${dropped} were dropped by retention, ${unsealed} are not sealed yet.`);
  } finally {
    await database.stop();
  }
  return findings;
}

await runCommand(help, options, async (values) => {
  if (values['show-keys']) {
    for (const [id, key] of sealingOf(parseConfig(process.env)).keys().verify) process.stdout.write(`${id}:${publicBytes(key)}\n`);
  } else {
    const findings = await verify(parseConfig(process.env), values);
    printed(findings === 0 ? 'All is as it was sealed.' : `${findings} findings.`);
    if (findings > 0) process.exitCode = 1;
  }
});
