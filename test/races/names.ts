import { expect } from '@jest/globals';
import { sql } from 'kysely';
import { contend, type Race, type Round, type Track, tally } from './kit.js';

/** Ways to write what a reader takes for one name: whole and combining accents, capitals, wide letters, ligatures. */
function twins(round: Round): string[] {
  const name = `ﬁné café ${round.name}`;
  const plain = name.normalize('NFKC');
  return [
    name,
    plain,
    plain.normalize('NFD'),
    plain.toUpperCase(),
    wide(plain),
    wide(plain.toUpperCase()),
    plain,
    name.toUpperCase().normalize('NFD'),
  ];
}

/** In the wide letters that are as broad as Chinese ones. */
function wide(text: string): string {
  return text.replace(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
}

/** A slug four times, and four that a reader takes for it, which no slug may be. */
function slugs(round: Round): string[] {
  const slug = `twin-${round.name}`;
  return [slug, slug, slug, slug, slug.toUpperCase(), wide(slug), slug.replace('i', 'ı'), slug.replace('-', '\u2010')];
}
const oneOfFour = 'BAD_USER_INPUT 4, CONFLICT 3, done 1';

const users: string[] = [];
let org = '';

interface Naming {
  /** Of eight who take it at once, one has it. @returns what each was answered */
  take(track: Track, round: Round): Promise<readonly string[]>;
  readonly table: 'partners' | 'groups' | 'users' | 'orgs' | 'workspaces' | 'audit_views';
  readonly column: 'slug' | 'name' | 'username' | 'email';
  /** What the eight are answered, where it is not that one has it and seven come late. */
  readonly answers?: string;
}

const updateUser = 'mutation ($id: UUID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { user { id } } }';
const codesOf = (round: Round, contender: (number: number) => Promise<{ code: string }>) =>
  contend(round, 8, async (number) => (await contender(number)).code);

const namings: Readonly<Record<string, Naming>> = {
  'an org’s slug': {
    table: 'orgs',
    column: 'slug',
    answers: oneOfFour,
    take: ({ graphql }, round) =>
      codesOf(round, (number) =>
        graphql(number, 'mutation ($slug: String!) { createOrg(input: { name: "Twin", slug: $slug }) { org { id } } }', {
          slug: slugs(round)[number],
        }),
      ),
  },
  'a workspace’s slug': {
    table: 'workspaces',
    column: 'slug',
    answers: oneOfFour,
    take: ({ graphql }, round) =>
      codesOf(round, (number) =>
        graphql(
          number,
          'mutation ($org: UUID!, $slug: String!) { createWorkspace(orgId: $org, input: { name: "Twin", slug: $slug }) { workspace { id } } }',
          {
            org,
            slug: slugs(round)[number],
          },
        ),
      ),
  },
  'a partner’s slug': {
    table: 'partners',
    column: 'slug',
    take: ({ rest }, round) =>
      contend(round, 8, async (number) => {
        const body = { name: 'Twin', slug: `twin-${round.name}` };
        const { status } = await rest(number, 'POST', '/api/v1/platform/partners', { body });
        return status === 201 ? 'done' : status === 409 ? 'CONFLICT' : String(status);
      }),
  },
  'a group’s name': {
    table: 'groups',
    column: 'name',
    take: ({ graphql }, round) =>
      codesOf(round, (number) =>
        graphql(number, 'mutation ($name: String!) { createGroup(input: { name: $name }) { group { id } } }', {
          name: twins(round)[number],
        }),
      ),
  },
  'a view’s name': {
    table: 'audit_views',
    column: 'name',
    take: ({ graphql }, round) =>
      codesOf(round, (number) =>
        graphql(number, 'mutation ($name: String!) { createAuditView(input: { name: $name, filter: {} }) { view { id } } }', {
          name: twins(round)[number],
        }),
      ),
  },
  'a username': {
    table: 'users',
    column: 'username',
    take: ({ graphql }, round) =>
      codesOf(round, (number) => graphql(number, updateUser, { id: users[number], input: { username: twins(round)[number] } })),
  },
  'an email': {
    table: 'users',
    column: 'email',
    take: ({ graphql }, round) =>
      codesOf(round, (number) => {
        const email = `twin-${round.name}@test.example`;
        return graphql(number, updateUser, { id: users[number], input: { email: number % 2 ? email.toUpperCase() : email } });
      }),
  },
};
const kinds = Object.entries(namings);

/** Eight who take one name at once, each in another spelling: one has it, the others are told that it is taken. */
export const names: Race = {
  name: 'one slug, name, username or email, in eight spellings',
  rounds: 14,
  async prepare({ make, admin }) {
    for (let number = 0; number < 8; number += 1) {
      const input = { email: `namesake-${number}@test.example`, username: `namesake-${number}`, password: 'a long word, and another' };
      const made = await make('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', { input });
      users.push(made.createUser.user.id);
    }
    // Later than the users, who have to be told of an org where there are several.
    const input = { name: 'Namesakes', slug: 'namesakes', adminUserId: admin };
    org = (await make('mutation ($input: CreateOrgInput!) { createOrg(input: $input) { org { id } } }', { input })).createOrg.org.id;
  },
  async run(track, round) {
    const [label, naming] = kinds[round.number % kinds.length] ?? [];
    if (!naming) throw new Error('There is no such naming.');
    const answers = await naming.take(track, round);
    expect({ label, answers: tally(answers) }).toEqual({ label, answers: naming.answers ?? 'CONFLICT 7, done 1' });
    const { rows } = await sql`select from ${sql.table(naming.table)} t
      where name_key(${sql.ref(naming.column)}) like '%' || ${round.name} || '%'`.execute(track.database.db);
    expect({ label, rows: rows.length }).toEqual({ label, rows: 1 });
    return `${label}, won by one`;
  },
};
