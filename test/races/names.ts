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

const users: string[] = [];

interface Naming {
  /** Of eight who take it at once, one has it. @returns what each was answered */
  take(track: Track, round: Round): Promise<readonly string[]>;
  readonly table: 'partners' | 'groups' | 'users' | 'orgs' | 'audit_views';
  readonly column: 'slug' | 'name' | 'username' | 'email';
}

const updateUser = 'mutation ($id: UUID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { user { id } } }';
const codesOf = (round: Round, contender: (number: number) => Promise<{ code: string }>) =>
  contend(round, 8, async (number) => (await contender(number)).code);

const namings: Readonly<Record<string, Naming>> = {
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
  rounds: 15,
  async prepare({ make }) {
    for (let number = 0; number < 8; number += 1) {
      const input = { email: `namesake-${number}@test.example`, username: `namesake-${number}`, password: 'a long word, and another' };
      const made = await make('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', { input });
      users.push(made.createUser.user.id);
    }
  },
  async run(track, round) {
    const [label, naming] = kinds[round.number % kinds.length] ?? [];
    if (!naming) throw new Error('There is no such naming.');
    const answers = await naming.take(track, round);
    expect({ label, answers: tally(answers) }).toEqual({ label, answers: 'CONFLICT 7, done 1' });
    const { rows } = await sql`select from ${sql.table(naming.table)} t
      where name_key(${sql.ref(naming.column)}) like '%' || ${round.name} || '%'`.execute(track.database.db);
    expect({ label, rows: rows.length }).toEqual({ label, rows: 1 });
    return `${label}, won by one`;
  },
};
