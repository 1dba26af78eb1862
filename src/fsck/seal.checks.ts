import type { Finding } from '../audit/seal/verify.js';
import { verifyDatabase } from '../audit/seal/verifyDatabase.js';
import type { Check } from './check.js';

/** As `npm run audit:verify` without checkpoints. What was not sealed yet is no finding: its turn comes. */
const trailIsAsSealed: Check = {
  name: 'The trail is as it was sealed, and its seals are a chain',
  async find({ db, sealing }) {
    const sealed = await db.selectFrom('audit_batches').select('number').limit(1).executeTakeFirst();
    // The keys are made where there are none, and a check changes nothing.
    if (!sealed) return [];
    const findings: Finding[] = [];
    await verifyDatabase(db, sealing.keys().verify, undefined, (finding) => findings.push(finding));
    return findings.map(({ says }) => says);
  },
};

export const sealChecks: readonly Check[] = [trailIsAsSealed];
