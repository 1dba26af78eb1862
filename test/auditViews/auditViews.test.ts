import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, aUser } from '../support/builders.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let ada: Caller;
let bob: Caller;
beforeAll(async () => {
  gateway = await testGateway();
  const reader = async () => {
    const id = await aUser(gateway.database);
    await aGrant(gateway.database, id, ['platform.audit.read']);
    return { token: gateway.tokenFor(id) };
  };
  [ada, bob] = [await reader(), await reader()];
});
afterAll(() => gateway.close());

interface View {
  readonly id: string;
  readonly name: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly isShared: boolean;
  readonly version: number;
}

const create = 'mutation ($input: CreateAuditViewInput!) { createAuditView(input: $input) { view { id name filter isShared version } } }';
const update =
  'mutation ($id: UUID!, $input: UpdateAuditViewInput!) { updateAuditView(id: $id, input: $input) { view { id name filter isShared version } } }';
const remove = 'mutation ($id: UUID!, $baseVersion: Int) { deleteAuditView(id: $id, baseVersion: $baseVersion) { deletedId } }';

async function created(caller: Caller, input: object): Promise<View> {
  const { data, errors } = await gateway.graphql<{ createAuditView: { view: View } }, object>(create, { input }, caller);
  expect(errors).toEqual([]);
  if (!data) throw new Error('No view was made.');
  return data.createAuditView.view;
}

async function namesSeenBy(caller: Caller): Promise<string[]> {
  const { data } = await gateway.graphql<{ auditViews: { nodes: View[] } }, object>('{ auditViews { nodes { name } } }', {}, caller);
  return data?.auditViews.nodes.map(({ name }) => name) ?? [];
}

async function codeOf(caller: Caller, document: string, variables: object): Promise<unknown> {
  const { errors } = await gateway.graphql(document, variables, caller);
  return errors[0]?.extensions.code;
}

describe('A view of the trail', () => {
  it('gives back the filter that it was made with, which reads the trail as it is', async () => {
    const filter = { outcome: 'SUCCESS', actions: ['audit_view.create'], from: '2026-01-01', search: '100%' };
    const view = await created(ada, { name: 'Made', filter: { ...filter, orgId: null } });
    expect(view).toMatchObject({ filter, isShared: false, version: 1 });
    const { data, errors } = await gateway.graphql<{ auditEntries: { totalCount: number } }, object>(
      'query ($filter: AuditFilter) { auditEntries(filter: $filter) { totalCount } }',
      { filter: { ...view.filter, search: null } },
      ada,
    );
    expect(errors).toEqual([]);
    expect(data?.auditEntries.totalCount).toBeGreaterThan(0);
  });

  it('is its owner’s alone until it is shared, and is changed by nobody else', async () => {
    const { id } = await created(ada, { name: 'Denials', filter: { outcome: 'DENIED' } });
    const change = { id, input: { baseVersion: 1, name: 'Mine now' } };
    expect(await namesSeenBy(bob)).not.toContain('Denials');
    expect(await codeOf(bob, 'query ($id: UUID!) { auditView(id: $id) { id } }', { id })).toBe('NOT_FOUND');
    expect(await codeOf(bob, update, change)).toBe('NOT_FOUND');
    expect(await codeOf(bob, remove, { id })).toBe('NOT_FOUND');

    expect(await codeOf(ada, update, { id, input: { baseVersion: 1, isShared: true } })).toBeUndefined();
    expect(await namesSeenBy(bob)).toContain('Denials');
    expect(await codeOf(bob, update, { ...change, input: { ...change.input, baseVersion: 2 } })).toBe('FORBIDDEN');
    expect(await codeOf(bob, remove, { id })).toBe('FORBIDDEN');
  });

  it('is changed and deleted at the version that was read', async () => {
    const { id } = await created(ada, { name: 'Versions', filter: {} });
    expect(await codeOf(ada, update, { id, input: { baseVersion: 2, name: 'Stale' } })).toBe('CONFLICT');
    const { data } = await gateway.graphql<{ updateAuditView: { view: View } }, object>(
      update,
      { id, input: { baseVersion: 1, filter: { resourceTypes: ['org'] } } },
      ada,
    );
    expect(data?.updateAuditView.view).toMatchObject({ name: 'Versions', version: 2, filter: { resourceTypes: ['org'] } });
    expect(await codeOf(ada, remove, { id, baseVersion: 1 })).toBe('CONFLICT');
    expect(await codeOf(ada, remove, { id, baseVersion: 2 })).toBeUndefined();
    expect(await codeOf(ada, remove, { id })).toBe('NOT_FOUND');
    expect(await namesSeenBy(ada)).not.toContain('Versions');
  });

  it('has a name of its own among its owner’s, and a filter that can be read by', async () => {
    await created(ada, { name: 'Twice', filter: {} });
    await created(bob, { name: 'Twice', filter: {} });
    expect(await codeOf(ada, create, { input: { name: 'TWICE', filter: {} } })).toBe('CONFLICT');
    expect(await codeOf(ada, create, { input: { name: '', filter: {} } })).toBe('BAD_USER_INPUT');
    expect(await codeOf(ada, create, { input: { name: 'Long', filter: { search: 'x'.repeat(501) } } })).toBe('BAD_USER_INPUT');
    expect(await codeOf(ada, create, { input: { name: 'When', filter: { from: 'yesterday' } } })).toBe('BAD_USER_INPUT');
  });

  it('leaves an entry with each change', async () => {
    const { id } = await created(ada, { name: 'Told of', filter: { outcome: 'FAILED' } });
    await gateway.graphql(update, { id, input: { baseVersion: 1, isShared: true } }, ada);
    await gateway.graphql(remove, { id }, ada);
    const entries = await gateway.database.db
      .selectFrom('platform_audit_log')
      .select(['action', 'changed_fields'])
      .where('resource_id', '=', id)
      .orderBy('id')
      .execute();
    expect(entries).toEqual([
      { action: 'audit_view.create', changed_fields: ['name', 'description', 'filter', 'isShared', 'version'] },
      { action: 'audit_view.update', changed_fields: ['isShared', 'version'] },
      { action: 'audit_view.delete', changed_fields: ['name', 'description', 'filter', 'isShared', 'version'] },
    ]);
  });
});
