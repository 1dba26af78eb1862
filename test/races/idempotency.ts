import { expect } from '@jest/globals';
import { contend, type Race } from './kit.js';

/** Sixteen requests under one key at two gateways: one change, one entry, and the same answer to all who get one. */
export const idempotency: Race = {
  name: 'one idempotency key, sixteen times',
  rounds: 10,
  async run({ rest, database }, round) {
    const slug = `keyed-${round.name}`;
    const call = { body: { name: 'Keyed', slug }, headers: { 'idempotency-key': slug } };
    const answers = await contend(round, 16, (number) => rest(number, 'POST', '/api/v1/platform/partners', call));
    const made = answers.filter(({ status }) => status === 201);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    expect(made.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    const ids = [...new Set(made.map(({ body }): string => body.id))];
    const rows = await database.db.selectFrom('partners').select('public_id').where('slug', '=', slug).execute();
    expect(ids).toEqual(rows.map(({ public_id }) => public_id));
    const entries = await database.db
      .selectFrom('platform_audit_log')
      .select('id')
      .where('resource_id', '=', ids[0] ?? '')
      .execute();
    expect(entries).toHaveLength(1);
    return made.length === 16 ? 'all told' : 'some told to come again';
  },
};
