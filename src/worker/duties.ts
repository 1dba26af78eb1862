import { auditPartitions } from '../audit/partitions.duty.js';
import { authProviderDeliveries } from '../authProvider/deliveries.duty.js';
import { oldAuthProviderDeliveries } from '../authProvider/oldDeliveries.duty.js';
import { idempotencyKeys } from '../conditions/idempotencyKeys.duty.js';
import type { Duty } from './duty.js';

/** Every duty of a worker. */
export const duties: readonly Duty[] = [auditPartitions, authProviderDeliveries, idempotencyKeys, oldAuthProviderDeliveries];
