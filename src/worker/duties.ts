import { auditRollups } from '../audit/counts/rollups.duty.js';
import { auditRepeats } from '../audit/repeats/repeats.duty.js';
import { auditPartitions } from '../audit/retention/partitions.duty.js';
import { auditSeal } from '../audit/seal/seal.duty.js';
import { deliverSnapshots } from '../audit/snapshots/deliverSnapshots.duty.js';
import { authProviderDeliveries } from '../authProvider/deliveries.duty.js';
import { oldAuthProviderDeliveries } from '../authProvider/oldDeliveries.duty.js';
import { idempotencyKeys } from '../conditions/idempotencyKeys.duty.js';
import { passwordResets } from '../credentials/passwordResets.duty.js';
import { jobSlots } from '../jobs/jobs.duty.js';
import { undoMoves } from '../jobs/moving/undoMoves.duty.js';
import { oldJobEvents } from '../jobs/oldJobEvents.duty.js';
import { provisioningDuty } from '../tenancy/provisioning.duty.js';
import { deadTokens } from '../tokens/deadTokens.duty.js';
import type { Duty } from './duty.js';

/** Every duty of a worker. */
export const duties: readonly Duty[] = [
  auditPartitions,
  auditRepeats,
  auditSeal,
  authProviderDeliveries,
  idempotencyKeys,
  oldAuthProviderDeliveries,
  auditRollups,
  deadTokens,
  deliverSnapshots,
  ...jobSlots(),
  oldJobEvents,
  passwordResets,
  provisioningDuty,
  undoMoves,
];
