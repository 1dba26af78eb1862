import { adminEmail } from '../support/fixtures.js';
import type { Place, RootField } from './rootFields.js';

const readsTrail: Pick<RootField, 'permission' | 'policy'> = { permission: 'platform.audit.read', policy: 'trail' };
const asks: Pick<RootField, 'permission' | 'policy' | 'isReading'> = { ...readsTrail, isReading: true };
/** A view belongs to another, who shares it: it is seen, and not changed. */
const othersView: Pick<RootField, 'permission' | 'policy'> = { permission: 'platform.audit.read', policy: 'trailOfAnother' };

async function entry({ gateway }: Place) {
  const { data } = await gateway.graphql<{ auditEntries: { nodes: { id: string }[] } }, object>(
    `mutation { login(input: { email: "${adminEmail}", password: "wrong" }) { accessToken } }`,
  );
  if (data) throw new Error('A wrong password opened a session.');
  const { id } = await gateway.database.db.selectFrom('platform_audit_log').select('id').limit(1).executeTakeFirstOrThrow();
  return { id };
}

async function view({ gateway }: Place) {
  const { data } = await gateway.graphql<{ createAuditView: { view: { id: string } } }, object>(
    'mutation ($name: String!) { createAuditView(input: { name: $name, filter: {}, isShared: true }) { view { id } } }',
    { name: crypto.randomUUID() },
    { token: gateway.adminToken },
  );
  return { id: data?.createAuditView.view.id };
}

/** Root fields of the trail and of its views. */
export const auditRootFields: Readonly<Record<string, RootField>> = {
  'Query.auditEntries': { ...asks, document: '{ auditEntries { nodes { id before } totalCount exactTotalCount totalIsEstimate } }' },
  'Query.auditEntry': { ...asks, document: 'query ($id: UUID!) { auditEntry(id: $id) { id after } }', variables: entry },
  'Query.auditStats': { ...asks, document: '{ auditStats { totalEntries todayCount distinctActors } }' },
  'Query.auditResourceTypes': { ...readsTrail, document: '{ auditResourceTypes }' },
  'Query.auditSeries': { ...asks, document: '{ auditSeries(bucket: DAY, groupBy: ACTION) { key points { start count } } }' },
  'Query.auditTop': { ...asks, document: '{ auditTop(by: ACTOR) { key label count } }' },
  'Subscription.auditTail': { ...asks, document: 'subscription { auditTail { cursor entries { id before } } }' },
  'Query.auditViews': { ...readsTrail, document: '{ auditViews { nodes { id owner { id } } } }' },
  'Query.auditView': { ...readsTrail, document: 'query ($id: UUID!) { auditView(id: $id) { id filter } }', variables: view },
  'Mutation.createAuditView': {
    ...readsTrail,
    document: 'mutation ($name: String!) { createAuditView(input: { name: $name, filter: { outcome: DENIED } }) { view { id } } }',
    variables: () => ({ name: crypto.randomUUID() }),
  },
  'Mutation.updateAuditView': {
    ...othersView,
    document: 'mutation ($id: UUID!) { updateAuditView(id: $id, input: { baseVersion: 1, isShared: false }) { view { id } } }',
    variables: view,
  },
  'Mutation.deleteAuditView': {
    ...othersView,
    document: 'mutation ($id: UUID!) { deleteAuditView(id: $id) { deletedId } }',
    variables: view,
  },
};
