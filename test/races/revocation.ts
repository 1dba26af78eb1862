import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { hashPassword } from '../../src/access/passwords.js';
import type { Race, Track } from './kit.js';

/** Something that lets its holder in, and the way to take it away. */
interface Pass {
  readonly token: string;
  revoke(gateway: number): Promise<{ code: string }>;
}

const groupFor =
  'mutation ($name: String!) { createGroup(input: { name: $name, permissions: ["platform.partners.create"] }) { group { id } } }';
const adminFor = `mutation ($name: String!, $email: EmailAddress!, $group: UUID!) {
  createAdmin(input: { displayName: $name, email: $email, groupId: $group }) { admin { id assignments { id } } } }`;

async function anAdmin({ make, tokenFor }: Track, name: string): Promise<{ id: string; token: string; assignment: string }> {
  const group = (await make(groupFor, { name })).createGroup.group.id;
  const { admin } = (await make(adminFor, { name, email: `${name}@test.example`, group })).createAdmin;
  return { id: admin.id, token: tokenFor(admin.id), assignment: admin.assignments[0].id };
}

const passes: Readonly<Record<string, (track: Track, name: string) => Promise<Pass>>> = {
  async 'an API key, revoked'(track, name) {
    const { make, graphql } = track;
    const { token } = await anAdmin(track, name);
    const create = 'mutation { createApiKey(input: { name: "race", permissions: ["platform.partners.create"] }) { secret apiKey { id } } }';
    const { secret, apiKey } = (await make(create, {}, token)).createApiKey;
    const revoke = 'mutation ($id: UUID!) { revokeApiKey(id: $id) { apiKeyId } }';
    return { token: secret, revoke: (gateway) => graphql(gateway, revoke, { id: apiKey.id }, token) };
  },
  async 'an admin, revoked'(track, name) {
    const { id, token } = await anAdmin(track, name);
    return {
      token,
      revoke: (gateway) => track.graphql(gateway, 'mutation ($id: UUID!) { revokeAdmin(id: $id) { admin { id } } }', { id }),
    };
  },
  async 'an admin, deactivated'(track, name) {
    const { id, token } = await anAdmin(track, name);
    return {
      token,
      revoke: (gateway) => track.graphql(gateway, 'mutation ($id: UUID!) { deactivateUser(id: $id) { user { id } } }', { id }),
    };
  },
  async 'a group, taken'(track, name) {
    const { id, token, assignment } = await anAdmin(track, name);
    const take = 'mutation ($id: UUID!, $a: UUID!) { unassignGroup(adminId: $id, assignmentId: $a) { removedId } }';
    return { token, revoke: (gateway) => track.graphql(gateway, take, { id, a: assignment }) };
  },
};
/** Someone who signed in, and may make partners. */
async function signedIn(track: Track, name: string) {
  const { id } = await anAdmin(track, name);
  const { database, graphql } = track;
  await database.db
    .updateTable('users')
    .set({ password_hash: await hashPassword(password) })
    .where('public_id', '=', id)
    .execute();
  const login =
    'mutation ($email: EmailAddress!, $password: String!) { login(input: { email: $email, password: $password }) { accessToken refreshToken } }';
  const { code, data } = await graphql(0, login, { email: `${name}@test.example`, password });
  if (code !== 'done') throw new Error(`The sign-in was answered ${code}.`);
  return { id, token: String(data.login.accessToken), refreshToken: String(data.login.refreshToken) };
}
const password = 'a long word, and another';

const more: typeof passes = {
  async 'a session, ended by its owner'(track, name) {
    const { token } = await signedIn(track, name);
    return { token, revoke: (gateway) => track.graphql(gateway, 'mutation { logout { endedAt } }', {}, token) };
  },
  async 'a session, ended because its refresh token came twice'(track, name) {
    const { token, refreshToken } = await signedIn(track, name);
    const refresh = 'mutation ($token: String!) { refreshToken(input: { refreshToken: $token }) { accessToken } }';
    await track.make(refresh, { token: refreshToken });
    return {
      token,
      // The refusal is the end of the session.
      revoke: async (gateway) => ({
        code: (await track.graphql(gateway, refresh, { token: refreshToken })).code === 'UNAUTHENTICATED' ? 'done' : 'not ended',
      }),
    };
  },
  async 'a session, ended by a new password'(track, name) {
    const { token } = await signedIn(track, name);
    const another = await track.make(
      'mutation ($email: EmailAddress!, $password: String!) { login(input: { email: $email, password: $password }) { accessToken } }',
      { email: `${name}@test.example`, password },
    );
    const change =
      'mutation ($old: String!) { changePassword(input: { currentPassword: $old, newPassword: "yet another long word" }) { endedSessions } }';
    return { token, revoke: (gateway) => track.graphql(gateway, change, { old: password }, another.login.accessToken) };
  },
  async 'a user, deleted'(track, name) {
    const { id, token } = await anAdmin(track, name);
    return { token, revoke: (gateway) => track.graphql(gateway, 'mutation ($id: UUID!) { deleteUser(id: $id) { deletedId } }', { id }) };
  },
  async 'a permission, taken from the group'(track, name) {
    const { make, graphql } = track;
    const group = (await make(groupFor, { name })).createGroup.group.id;
    const { admin } = (await make(adminFor, { name, email: `${name}@test.example`, group })).createAdmin;
    const narrow = `mutation ($id: UUID!) {
      updateGroup(id: $id, input: { baseVersion: 1, removePermissions: ["platform.partners.create"] }) { group { id } } }`;
    return { token: track.tokenFor(admin.id), revoke: (gateway) => graphql(gateway, narrow, { id: group }) };
  },
  async 'an assignment, which runs out'(track, name) {
    const { id, token, assignment } = await anAdmin(track, name);
    const expire =
      'mutation ($id: UUID!, $a: UUID!, $at: DateTime!) { setAssignmentExpiry(adminId: $id, assignmentId: $a, expiresAt: $at) { assignment { id } } }';
    return {
      token,
      async revoke(gateway) {
        const at = new Date(Date.now() + 150);
        const { code } = await track.graphql(gateway, expire, { id, a: assignment, at: at.toISOString() });
        await sleep(Math.max(0, at.getTime() - Date.now() + 5));
        return { code };
      },
    };
  },
};
const kinds = Object.entries({ ...passes, ...more });

interface Use {
  readonly sentAt: number;
  readonly isDone: boolean;
}

/** Four clients use what is taken away at another gateway: what is sent after the answer is refused, at both. */
export const revocation: Race = {
  name: 'what is revoked while four use it',
  rounds: 10,
  async run(track, round) {
    const [label, passOf] = kinds[round.number % kinds.length] ?? [];
    if (!passOf) throw new Error('There is no such pass.');
    const { token, revoke } = await passOf(track, `pass-${round.name}`);
    const uses: Use[] = [];
    let revokedAt = Number.POSITIVE_INFINITY;
    const clients = Array.from({ length: 4 }, async (_, client) => {
      let after = 0;
      for (let number = 0; after < 2; number += 1) {
        const sentAt = performance.now();
        if (sentAt > revokedAt) after += 1;
        const body = { name: 'Used', slug: `use-${round.name}-${client}-${number}` };
        const { status } = await track.rest(client + number, 'POST', '/api/v1/platform/partners', { token, body });
        if (![201, 401, 403].includes(status)) throw new Error(`A use was answered ${status}.`);
        uses.push({ sentAt, isDone: status === 201 });
      }
    });
    await round.stagger(60);
    expect((await revoke(round.number)).code).toBe('done');
    revokedAt = performance.now();
    await Promise.all(clients);
    const late = uses.filter(({ sentAt, isDone }) => isDone && sentAt > revokedAt);
    expect({ label, late }).toEqual({ label, late: [] });
    return `${label}, closed at once`;
  },
};
