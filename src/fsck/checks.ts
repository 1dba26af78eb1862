import { accessChecks } from './access.checks.js';
import type { Check } from './check.js';
import { nameChecks } from './name.checks.js';
import { rollupChecks } from './rollup.checks.js';
import { sealChecks } from './seal.checks.js';
import { secretChecks } from './secret.checks.js';
import { tenantChecks } from './tenant.checks.js';
import { timeChecks } from './time.checks.js';
import { trailChecks } from './trail.checks.js';

/** All that must hold of a running system, in the order in which it is looked at. */
export const checks: readonly Check[] = [
  ...accessChecks,
  ...nameChecks,
  ...tenantChecks,
  ...timeChecks,
  ...trailChecks,
  ...sealChecks,
  ...rollupChecks,
  ...secretChecks,
];
