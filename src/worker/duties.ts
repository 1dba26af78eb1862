import { deliverSnapshots } from '../audit/deliverSnapshots.duty.js';
import { auditPartitions } from '../audit/partitions.duty.js';
import { idempotencyKeys } from '../conditions/idempotencyKeys.duty.js';
import { provisioningDuty } from '../tenancy/provisioning.duty.js';
import type { Duty } from './duty.js';

/** Every duty of a worker. */
export const duties: readonly Duty[] = [auditPartitions, deliverSnapshots, idempotencyKeys, provisioningDuty];
