import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { hashPassword } from '../../src/access/passwords.js';
import { aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
const password = 'a passphrase of some length';
beforeAll(async () => {
  gateway = await testGateway();
  for (let number = 0; number < 8; number += 1) {
    await aUser(gateway.database, { email: `known${number}@time.example`, password });
    await aUser(gateway.database, { email: `none${number}@time.example` });
    await aUser(gateway.database, { email: `suspended${number}@time.example`, password, status: 'suspended' });
  }
});
afterAll(() => gateway.close());

/** Milliseconds of a sign-in that fails. */
async function timeOf(email: string, tried: string): Promise<number> {
  const query = 'mutation ($input: LoginInput!) { login(input: $input) { expiresAt } }';
  const start = performance.now();
  const { errors } = await gateway.graphql(query, { input: { email, password: tried } });
  expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  return performance.now() - start;
}

async function timeOfHash(): Promise<number> {
  const start = performance.now();
  await hashPassword(password);
  return performance.now() - start;
}

const kinds: Readonly<Record<string, (number: number) => Promise<number>>> = {
  'a wrong password': (number) => timeOf(`known${number}@time.example`, 'not that one'),
  'an unknown user': (number) => timeOf(`unknown${number}@time.example`, password),
  'a user without a password': (number) => timeOf(`none${number}@time.example`, password),
  'a suspended user': (number) => timeOf(`suspended${number}@time.example`, password),
};

it('A sign-in that fails takes the time of a password’s check, whatever is wrong with it', async () => {
  // What else the machine does adds to a time and takes nothing from it: the least of several is what the work itself takes.
  let leastHash = Number.POSITIVE_INFINITY;
  const least = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, Number.POSITIVE_INFINITY]));
  for (let round = 0; round < 8; round += 1) {
    leastHash = Math.min(leastHash, await timeOfHash());
    for (const [kind, time] of Object.entries(kinds)) least[kind] = Math.min(least[kind] ?? 0, await time(round));
  }
  process.stdout.write(
    `Sign-ins that fail, the least of eight: ${Object.entries(least)
      .map(([kind, time]) => `${kind} ${time.toFixed(1)} ms`)
      .join(', ')}\n`,
  );
  // No kind is told from another by taking longer, either.
  const times = Object.values(least);
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(0.5 * leastHash);
  for (const [kind, time] of Object.entries(least)) expect({ kind, isLong: time > 0.7 * leastHash }).toEqual({ kind, isLong: true });
});
