import { sql } from 'kysely';
import type { Duty, DutyContext } from '../worker/duty.js';
import { issueOneTimeToken } from './oneTimeTokens.js';

const atOnce = 50;

/** Tells the auth provider of the password resets that users asked for, with a token each; what nobody's email is in is forgotten. */
export const passwordResets: Duty = {
  name: 'password resets',
  every: 1_000,
  async run(ctx) {
    for (let i = 0; i < atOnce; i += 1) {
      if (!(await takeOne(ctx))) return false;
    }
    return true;
  },
};

/** Takes one request and sees to it, in one transaction. @returns whether there was one */
function takeOne({ db, authProvider }: DutyContext): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ email: string }>`/* take password reset */ delete from password_reset_requests where id in (
      select id from password_reset_requests order by id limit 1 for update skip locked) returning email`.execute(tx);
    const [request] = rows;
    if (!request) return false;
    const user = await tx
      .selectFrom('users')
      .select('id')
      .where(sql`lower(email)`, '=', request.email.toLowerCase())
      .where('deleted_at', 'is', null)
      .where('status', '=', 'active')
      .executeTakeFirst();
    if (user) {
      const token = await issueOneTimeToken(tx, user.id, 'password_reset');
      await authProvider.tell(tx, user.id, { type: 'password.reset_requested', ...token });
    }
    return true;
  });
}
