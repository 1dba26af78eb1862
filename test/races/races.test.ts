import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { secretsIn } from '../faults/secretsIn.js';
import { unsoundness } from '../faults/soundness.js';
import { everything } from './everything.js';
import { idempotency } from './idempotency.js';
import { impersonation } from './impersonation.js';
import { cancellation, claims } from './jobs.js';
import { raceTrack, runRace, type Track } from './kit.js';
import { lastAdmin } from './lastAdmin.js';
import { names } from './names.js';
import { revocation } from './revocation.js';
import { versions } from './versions.js';

let track: Track;
beforeAll(async () => {
  track = await raceTrack();
}, 120_000);
afterAll(() => track.close());

// Whoever won, the platform is whole.
afterEach(async () => {
  expect(await unsoundness(track.database)).toEqual([]);
  for (const gateway of track.gateways) expect(secretsIn(gateway.output(), track.adminToken)).toEqual([]);
}, 120_000);

/** Milliseconds. */
const aRound = 20_000;

describe('Two gateways, in processes of their own, race for', () => {
  it.each(
    [versions, names, lastAdmin, impersonation, revocation, idempotency, claims, cancellation, everything].map(
      (race) => [race.name, race] as const,
    ),
  )(
    '%s',
    async (_, race) => {
      process.stdout.write(`${await runRace(track, race)}\n`);
    },
    60_000 + Number(process.env.RACE_ROUNDS ?? 30) * aRound,
  );
});
