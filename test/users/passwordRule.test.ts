import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
let made = 0;

function withPassword(password: string) {
  made += 1;
  const input = { email: `margaret.hamilton${made}@rule.example`, username: `margaret-h-${made}`, password };
  return gateway.graphql(create, { input }, { token: gateway.adminToken });
}

describe('a new password', () => {
  it.each(['Password1', 'PASSWORD123', 'letmein1', 'iloveyou', '12345678', '87654321', 'abcdefgh', 'qwertyuiop', 'aaaaaaaa', 'abcabcabc'])(
    '%s is refused, and stands in no answer',
    async (password) => {
      const { errors } = await withPassword(password);
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
      expect(JSON.stringify(errors)).not.toContain(password);
    },
  );

  it('that is the user’s own email or name is refused', async () => {
    const next = made + 1;
    const own = [`margaret.hamilton${next}@rule.example`, `Margaret.Hamilton${next + 1}`, `MARGARET-H-${next + 2}`];
    for (const password of own) expect((await withPassword(password)).errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it.each(['correct horse battery staple', 'ünïcödé wörds', '密码密码是很长的密码吗', 'x9$kQ2!m'])('%s is taken', async (password) => {
    expect((await withPassword(password)).errors).toEqual([]);
  });

  it('is kept as argon2id, at the cost that OWASP asks for', async () => {
    await withPassword('correct horse battery staple');
    const rows = await gateway.database.db.selectFrom('users').select('password_hash').where('email', 'like', '%@rule.example').execute();
    for (const { password_hash: hash } of rows) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});
