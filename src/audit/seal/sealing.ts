import { appendFile } from 'node:fs/promises';
import { keyKeptIn } from '../../access/keyFile.js';
import type { Config } from '../../config.js';
import { type AuditKeys, auditKeys } from './auditKeys.js';
import type { Checkpoint } from './checkpoint.js';
import { checkpointLine, type SealedBatch } from './checkpointFile.js';

/** What the sealer seals with, and where its checkpoints go. */
export interface Sealing {
  /** Read, or made, when they are first needed. */
  readonly keys: () => AuditKeys;
  /**
   * Takes a batch's seal out of the database's reach. It is called again after a failure, so it may come twice.
   * @throws Error where a place did not take it
   */
  readonly publish: (batch: SealedBatch) => Promise<void>;
  /** Whether there is a place outside at all. */
  readonly publishes: boolean;
}

/** Milliseconds. */
const webhookTimeout = 10_000;

/** The seal of a configuration. A key is made and kept in the data folder at its first use, where the configuration names none. */
export function sealingOf(config: Config): Sealing {
  const { auditSigningKeys, auditCheckpointFile: file, auditCheckpointWebhook: webhook, dataDir } = config;
  let keys: AuditKeys | undefined;
  return {
    keys() {
      keys ??= auditKeys(auditSigningKeys ?? [keyKeptIn(dataDir, 'audit-signing-key')]);
      return keys;
    },
    publishes: file !== undefined || webhook !== undefined,
    async publish(batch) {
      if (file !== undefined) await appendFile(file, checkpointLine(batch), { mode: 0o600 });
      if (webhook !== undefined) await post(webhook, batch);
    },
  };
}

async function post(url: string, checkpoint: Checkpoint): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(publicForm(checkpoint)),
    signal: AbortSignal.timeout(webhookTimeout),
    redirect: 'error',
  });
  if (!response.ok) throw new Error(`The checkpoint's webhook answered ${response.status}.`);
}

/** A checkpoint in JSON, hashes in base64. */
export function publicForm({ batch, entries, root, chain, sealedAt, keyId, signature }: Checkpoint) {
  const text = (bytes: Buffer) => bytes.toString('base64');
  return { batch, entries, root: text(root), chain: text(chain), sealedAt, keyId, signature: text(signature) };
}
