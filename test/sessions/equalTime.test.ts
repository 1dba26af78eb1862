import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { hashPassword } from '../../src/access/passwords.js';
import { aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
const password = 'a passphrase of some length';
const accounts = 8;
beforeAll(async () => {
  gateway = await testGateway();
  for (let number = 0; number < accounts; number += 1) {
    await aUser(gateway.database, { email: `known${number}@time.example`, password });
    await aUser(gateway.database, { email: `none${number}@time.example` });
    await aUser(gateway.database, { email: `suspended${number}@time.example`, password, status: 'suspended' });
  }
});
afterAll(() => gateway.close());

/** Milliseconds that this process has worked for, on any core: other processes that have them meanwhile make a time longer, and this not. */
function worked(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Milliseconds that a sign-in takes that fails. */
async function timeOf(email: string, tried: string): Promise<number> {
  const query = 'mutation ($input: LoginInput!) { login(input: $input) { expiresAt } }';
  const start = worked();
  const { errors } = await gateway.graphql(query, { input: { email, password: tried } });
  expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  return worked() - start;
}

async function timeOfHash(): Promise<number> {
  const start = worked();
  await hashPassword(password);
  return worked() - start;
}

const kinds: Readonly<Record<string, (number: number) => Promise<number>>> = {
  'a wrong password': (number) => timeOf(`known${number}@time.example`, 'not that one'),
  'an unknown user': (number) => timeOf(`unknown${number}@time.example`, password),
  'a user without a password': (number) => timeOf(`none${number}@time.example`, password),
  'a suspended user': (number) => timeOf(`suspended${number}@time.example`, password),
};

/** Enough for a process that does nothing else, and for one that is busy to be left alone in one of them. */
const [fewest, most] = [8, 80];

it('A sign-in that fails takes the work of a password’s check, whatever is wrong with it', async () => {
  // What else the process does adds to a time and takes nothing from it: the least of several is what the work itself takes.
  let leastHash = Number.POSITIVE_INFINITY;
  const least = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, Number.POSITIVE_INFINITY]));
  // No kind is told from another by taking longer, either.
  const spread = () => Math.max(...Object.values(least)) - Math.min(...Object.values(least));
  const areEqual = () => spread() < 0.5 * leastHash;
  let round = 0;
  while (round < fewest || (round < most && !areEqual())) {
    // So many failures from one address would be refused unread.
    await sql`delete from attempts`.execute(gateway.database.db);
    leastHash = Math.min(leastHash, await timeOfHash());
    for (const [kind, time] of Object.entries(kinds)) least[kind] = Math.min(least[kind] ?? 0, await time(round % accounts));
    round += 1;
  }
  process.stdout.write(
    `Sign-ins that fail, the least of ${round}: ${Object.entries(least)
      .map(([kind, time]) => `${kind} ${time.toFixed(1)} ms`)
      .join(', ')}\n`,
  );
  expect(spread()).toBeLessThan(0.5 * leastHash);
  for (const [kind, time] of Object.entries(least)) expect({ kind, isLong: time > 0.7 * leastHash }).toEqual({ kind, isLong: true });
}, 120_000);
