import { describe, expect, it } from '@jest/globals';
import { responseFaults } from './responseFaults.js';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const member = {
  id,
  user_id: id,
  email: 'ada@test.example',
  display_name: 'Ada',
  user_status: 'active',
  status: 'invited',
  role_hint: null,
  joined_at: null,
};
const members = (change: object = {}) => ({ items: [{ ...member, ...change }], total: 1 });

function faultsOf(body: unknown, status = 200): string {
  return responseFaults('get_orgs_org_uuid_members', status, body).join('\n');
}

describe('responseFaults', () => {
  it('finds nothing wrong with a response as documented, and nothing with more', () => {
    expect(faultsOf(members())).toBe('');
    expect(faultsOf({ ...members({ more: true }), more: 1 })).toBe('');
  });

  it.each([
    ['a status that is not documented', members(), 418, 'status 418 is not documented'],
    ['a required member that is missing', { items: [] }, 200, 'total'],
    ['an optional member that is missing', members({ role_hint: undefined }), 200, 'role_hint'],
    ['a wrong type', members({ display_name: 7 }), 200, 'must be string'],
    ['a null that is not documented', members({ email: null }), 200, 'must be string'],
    ['a spelling that no enum has', members({ status: 'INVITED' }), 200, 'must be equal to one of the allowed values'],
    ['an id that is no UUID', members({ user_id: '7' }), 200, 'must match format'],
    ['a time that is none', members({ joined_at: 'yesterday' }), 200, 'must match format'],
    ['no body', undefined, 200, 'must be object'],
    ['an error without its trace id', { detail: 'No.', code: 'FORBIDDEN' }, 403, 'trace_id'],
    ['a validation error in words', { detail: 'No.' }, 422, 'must be array'],
  ])('sees %s', (_what, body, status, fault) => {
    expect(faultsOf(body, status)).toContain(fault);
  });

  it('does not ask for the optional members of an error', () => {
    const detail = [{ loc: ['body', 0], msg: 'No.', type: 'value_error' }];
    expect(responseFaults('patch_v1_users_me_preferences', 422, { detail })).toEqual([]);
  });
});
