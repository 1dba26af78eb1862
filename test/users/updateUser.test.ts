import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let other: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
  other = await testGateway({}, gateway.database);
});
afterAll(async () => {
  await other.close();
  await gateway.close();
});

const document = `mutation ($id: UUID!, $input: UpdateUserInput!) {
  updateUser(id: $id, input: $input) { user { displayName email isVerified version } } }`;

interface User {
  readonly displayName: string;
  readonly email: string;
  readonly isVerified: boolean;
  readonly version: number;
}

function update(id: string, input: object, { at = gateway, token = gateway.adminToken } = {}) {
  return at.graphql<{ updateUser: { user: User } }, object>(document, { id, input }, { token });
}

async function userOf(id: string): Promise<User | undefined> {
  const read = 'query ($id: UUID!) { user(id: $id) { displayName email isVerified version } }';
  return (await gateway.graphql<{ user: User }, object>(read, { id }, { token: gateway.adminToken })).data?.user;
}

function trailOf(id: string) {
  return gateway.database.db
    .selectFrom('platform_audit_log as l')
    .innerJoin('audit_snapshots as s', 's.entry_id', 'l.id')
    .select(['l.action', 'l.changed_fields', 's.before', 's.after'])
    .where('l.resource_id', '=', id)
    .orderBy('l.id')
    .execute();
}

/** Shows that the user's email is theirs, as no operation does yet. */
async function verify(id: string): Promise<void> {
  await gateway.database.db.updateTable('users').set({ email_verified_at: new Date().toISOString() }).where('public_id', '=', id).execute();
}

describe('updateUser', () => {
  it('changes what is named and leaves the rest', async () => {
    const id = await aUser(gateway.database, { email: 'ada@users.example', displayName: 'Ada' });
    await verify(id);
    const renamed = await update(id, { displayName: 'Ada L.' });
    expect(renamed.data?.updateUser.user).toEqual({ displayName: 'Ada L.', email: 'ada@users.example', isVerified: true, version: 2 });
    expect(await trailOf(id)).toEqual([
      {
        action: 'user.update',
        changed_fields: ['displayName', 'version'],
        before: expect.objectContaining({ displayName: 'Ada', email: 'ada@users.example', version: 1 }),
        after: expect.objectContaining({ displayName: 'Ada L.', email: 'ada@users.example', version: 2 }),
      },
    ]);
  });

  it('asks for a new email to be verified, and for the same one in another case not', async () => {
    const id = await aUser(gateway.database, { email: 'eve@users.example' });
    await verify(id);
    expect((await update(id, { email: 'Eve@Users.example' })).data?.updateUser.user).toMatchObject({
      email: 'Eve@Users.example',
      isVerified: true,
    });
    expect((await update(id, { email: 'eve@new.example' })).data?.updateUser.user).toMatchObject({
      email: 'eve@new.example',
      isVerified: false,
    });
  });

  it.each(['displayName', 'email'])('names %s, which null can’t clear', async (name) => {
    const id = await aUser(gateway.database);
    const { data, errors } = await update(id, { [name]: null });
    expect(data).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', name] }] });
    expect(await userOf(id)).toMatchObject({ version: 1 });
    expect(await trailOf(id)).toEqual([]);
  });

  it('says the current version to who comes with another, and asks for none', async () => {
    const id = await aUser(gateway.database);
    await update(id, { displayName: 'Second' });
    for (const baseVersion of [1, 3]) {
      const { errors } = await update(id, { baseVersion, displayName: 'Third' });
      expect(errors[0]?.extensions).toEqual({ code: 'CONFLICT', resourceType: 'user', currentVersion: 2 });
    }
    expect((await update(id, { baseVersion: null, displayName: 'Third' })).data?.updateUser.user.version).toBe(3);
    expect((await update(id, { baseVersion: 3, displayName: 'Fourth' })).data?.updateUser.user.version).toBe(4);
  });

  it('lets one of eight win who write at once, at two gateways, on one version', async () => {
    const id = await aUser(gateway.database);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        // Half of them change the email, which takes another lock first.
        update(
          id,
          { baseVersion: 1, displayName: `Writer ${i}`, ...(i < 4 && { email: `writer${i}@users.example` }) },
          { at: i % 2 ? gateway : other },
        ),
      ),
    );
    const won = answers.flatMap(({ data }) => data?.updateUser.user ?? []);
    expect(won).toHaveLength(1);
    expect(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.currentVersion))).toEqual(Array(7).fill(2));
    expect(await userOf(id)).toEqual(won[0]);
    expect(await trailOf(id)).toHaveLength(1);
  });

  it('gives an email to one of those who take it at once, in whatever case, and names it to the others', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, () => aUser(gateway.database)));
    const spellings = ['wanted@users.example', 'WANTED@users.example', 'Wanted@Users.Example', 'wanted@USERS.example'];
    const answers = await Promise.all(ids.map((id, i) => update(id, { email: spellings[i] }, { at: i % 2 ? gateway : other })));
    expect(answers.filter(({ data }) => data)).toHaveLength(1);
    for (const { errors } of answers.filter(({ data }) => !data))
      expect(errors[0]?.extensions).toEqual({ code: 'CONFLICT', field: 'email' });
    expect((await Promise.all(ids.map(trailOf))).flat()).toHaveLength(1);
  });

  it('gives no admin’s email to who holds less than they do', async () => {
    const admin = await aUser(gateway.database, { email: 'boss@users.example' });
    await aGrant(gateway.database, admin, ['platform.orgs.delete', 'platform.users.update']);
    const clerk = await aUser(gateway.database);
    await aGrant(gateway.database, clerk, ['platform.users.update', 'platform.users.read']);
    const token = gateway.tokenFor(clerk);
    const { data, errors } = await update(admin, { email: 'clerk@users.example' }, { token });
    expect({ data, extensions: errors[0]?.extensions }).toEqual({
      data: null,
      extensions: { code: 'FORBIDDEN', requiredPermission: 'platform.orgs.delete', missing: ['platform.orgs.delete'] },
    });
    expect(await userOf(admin)).toMatchObject({ email: 'boss@users.example', version: 1 });
    expect((await update(admin, { displayName: 'The Boss' }, { token })).errors).toEqual([]);
  });

  it('finds nobody by an id that was never given out', async () => {
    const { errors } = await update('01890a5d-ac96-774b-bcce-b302099a8057', { displayName: 'X' });
    expect(errors[0]?.extensions.code).toBe('NOT_FOUND');
  });
});

describe('updateMyPreferences', () => {
  const patchDocument = 'mutation ($p: JSONObject!) { updateMyPreferences(preferences: $p) { user { preferences version } } }';

  async function aPerson() {
    const id = await aUser(gateway.database);
    const token = gateway.tokenFor(id);
    const patch = (p: unknown, at = gateway) =>
      at.graphql<{ updateMyPreferences: { user: { preferences: object; version: number } } }, object>(patchDocument, { p }, { token });
    const preferences = async () => {
      const { data } = await gateway.graphql<{ me: { preferences: object } }, object>('{ me { preferences } }', {}, { token });
      return data?.me.preferences;
    };
    return { id, token, patch, preferences };
  }

  it('merges, and leaves an entry', async () => {
    const { id, patch, preferences } = await aPerson();
    await patch({ theme: 'dark', list: [1, 2], nested: { a: 1, b: 2 } });
    const { data } = await patch({ theme: null, list: [3], nested: { b: null, c: { d: null } } });
    const merged = { list: [3], nested: { a: 1, c: {} } };
    expect(data?.updateMyPreferences.user).toEqual({ preferences: merged, version: 3 });
    expect(await preferences()).toEqual(merged);
    expect((await trailOf(id)).map(({ action, changed_fields, before, after }) => [action, changed_fields, before, after])).toEqual([
      ['user.update_preferences', ['preferences', 'version'], expect.objectContaining({ preferences: {} }), expect.anything()],
      ['user.update_preferences', ['preferences', 'version'], expect.anything(), expect.objectContaining({ preferences: merged })],
    ]);
  });

  it('takes the same in the document as in a variable', async () => {
    const { token, preferences } = await aPerson();
    const literal = 'mutation { updateMyPreferences(preferences: { a: { b: [1, 2.5, "x", true, null] }, gone: null }) { user { id } } }';
    expect((await gateway.graphql(literal, {}, { token })).errors).toEqual([]);
    expect(await preferences()).toEqual({ a: { b: [1, 2.5, 'x', true, null] } });
  });

  // The rest of RFC 7396's appendix A: a patch that is no object would replace the preferences whole.
  it.each([[['c', 'd']], [['c']], [null], ['bar'], [1], [true]])('refuses %j, which is no object', async (p) => {
    const { id, patch, preferences } = await aPerson();
    await patch({ a: 'foo' });
    const { data, errors } = await patch(p);
    expect(data ?? null).toBeNull();
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(await preferences()).toEqual({ a: 'foo' });
    expect(await trailOf(id)).toHaveLength(1);
  });

  it('keeps what each of eight writes at once', async () => {
    const { id, patch, preferences } = await aPerson();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => patch({ shared: { [`key${i}`]: i } }, i % 2 ? gateway : other)));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await preferences()).toEqual({ shared: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`key${i}`, i])) });
    expect(await trailOf(id)).toHaveLength(8);
  });

  it('refuses what would be larger than 64 KB, and keeps what was', async () => {
    const { patch, preferences } = await aPerson();
    await patch({ first: 'x'.repeat(40_000) });
    const { errors } = await patch({ second: 'x'.repeat(40_000) });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['preferences'] }] });
    expect(Object.keys((await preferences()) ?? {})).toEqual(['first']);
  });

  it('changes nobody else', async () => {
    const [one, two] = [await aPerson(), await aPerson()];
    await one.patch({ theme: 'dark' });
    expect(await two.preferences()).toEqual({});
  });
});
