import { auditPartitions } from '../audit/partitions.duty.js';
import { idempotencyKeys } from '../conditions/idempotencyKeys.duty.js';
import { jobSlots } from '../jobs/jobs.duty.js';
import type { Duty } from './duty.js';

/** Every duty of a worker. */
export const duties: readonly Duty[] = [auditPartitions, idempotencyKeys, ...jobSlots()];
