import { expect } from '@jest/globals';
import { contend, type Race, tally } from './kit.js';

let org = '';
let version = 0;

/** Eight who write on one version: one of them does, whether the version stands in the body, in GraphQL or in If-Match. */
export const versions: Race = {
  name: 'one version of an org, for eight writers',
  rounds: 10,
  async prepare({ make }) {
    const made = await make('mutation { createOrg(input: { name: "Versions", slug: "versions" }) { org { id version } } }', {});
    ({ id: org, version } = made.createOrg.org);
  },
  async run({ rest, graphql, database }, round) {
    const name = `Versions ${round.name}`;
    const change = 'mutation ($id: UUID!, $input: UpdateOrgInput!) { updateOrg(id: $id, input: $input) { org { version } } }';
    const path = `/api/v1/platform/orgs/${org}`;
    const refused = ['CONFLICT', '409', '412'];
    const answers = await contend(round, 8, async (number) => {
      if (number % 3 === 0) return (await graphql(number, change, { id: org, input: { baseVersion: version, name } })).code;
      const call =
        number % 3 === 1
          ? { body: { base_version: version, name } }
          : { body: { base_version: version, name }, headers: { 'if-match': `"${version}"` } };
      const { status } = await rest(number, 'PATCH', path, call);
      return status === 200 ? 'done' : String(status);
    });
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(1);
    expect(answers.filter((answer) => refused.includes(answer))).toHaveLength(7);
    const row = await database.db.selectFrom('orgs').select('version').where('public_id', '=', org).executeTakeFirstOrThrow();
    expect(row.version).toBe(version + 1);
    version = row.version;
    return tally(answers.map((answer) => (answer === 'done' ? answer : 'refused')));
  },
};
