import { expect } from '@jest/globals';
import { contend, type Race, tally } from './kit.js';

let org = '';
let target = '';

const start = `mutation ($org: UUID!, $user: UUID!) {
  startImpersonation(input: { orgId: $org, userId: $user, reason: "A race between gateways" }) { sessionId token } }`;
const end = 'mutation { endImpersonation { sessionId } }';

/** Eight times at once one admin begins to act as a user, and eight times at once ends it: each is done once. */
export const impersonation: Race = {
  name: 'one admin who acts as a user eight times at once',
  rounds: 10,
  async prepare({ make }) {
    const input = { email: 'acted-as@test.example', username: 'acted-as', password: 'a long word, and another' };
    const made = await make('mutation { createOrg(input: { name: "Acting", slug: "acting" }) { org { id } } }', {});
    org = made.createOrg.org.id;
    const user = await make('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', {
      input: { ...input, orgId: org },
    });
    target = user.createUser.user.id;
  },
  async run({ graphql, database, rest }, round) {
    const begun = await contend(round, 8, (number) => graphql(number, start, { org, user: target }));
    expect(tally(begun.map(({ code }) => code))).toBe('CONFLICT 7, done 1');
    const active = await database.db.selectFrom('impersonation_sessions').select('public_id').where('ended_at', 'is', null).execute();
    expect(active.map((row) => row.public_id)).toEqual(begun.flatMap(({ data }) => data?.startImpersonation?.sessionId ?? []));
    const ended = await contend(round, 8, (number) => graphql(number, end, {}));
    expect(tally(ended.map(({ code }) => code))).toBe('NOT_FOUND 7, done 1');
    const token: string = begun.find(({ code }) => code === 'done')?.data.startImpersonation.token;
    expect((await rest(round.number, 'GET', '/v1/users/me', { token })).status).toBe(401);
    return 'begun once, ended once';
  },
};
