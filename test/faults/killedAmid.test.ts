import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { knowFirst, move } from '../races/everything.js';
import { contend, raceTrack, roundsOf, type Track } from '../races/kit.js';
import { secretsIn } from './secretsIn.js';
import { inRounds, rounds, unsoundness } from './soundness.js';

let track: Track;
beforeAll(async () => {
  track = await raceTrack();
}, 120_000);
afterAll(() => track.close());

const kills = rounds(1);
const seed = Number(process.env.RACE_SEED ?? Date.now() % 2 ** 31);

it(
  `A gateway that dies amid changes of every kind leaves nothing half done (${kills} kills)`,
  async () => {
    await knowFirst(track);
    const roundOf = roundsOf(seed);
    let [answered, broken] = [0, 0];
    const done = await inRounds(kills, async (number) => {
      const dying = track.gateways[number % 2 === 0 ? 0 : 1];
      // Some time for objects to be there, and then amid the changes.
      const kill = roundOf(number)
        .stagger(400)
        .then(() => dying.end('SIGKILL'));
      for (let wave = 0; wave < 6; wave += 1) {
        await contend(roundOf(10 * number + wave), 16, (client) =>
          move(track, { ...roundOf(number), name: `${seed.toString(36)}-${number}-${wave}` }, client).then(
            () => {
              answered += 1;
            },
            (error: unknown) => {
              // A connection that breaks, or is refused, says nothing; an answer that is a fault is one.
              if (!/fetch failed|terminated/.test(String(error))) throw error;
              broken += 1;
            },
          ),
        );
      }
      await kill;
      await dying.start();
      expect(await unsoundness(track.database)).toEqual([]);
    });
    for (const gateway of track.gateways) expect(secretsIn(gateway.output(), track.adminToken)).toEqual([]);
    process.stdout.write(
      `${done} kills amid changes of any kind, RACE_SEED=${seed}: ${answered} answered, ${broken} cut off, fsck finds nothing after each\n`,
    );
  },
  60_000 + kills * 60_000,
);
