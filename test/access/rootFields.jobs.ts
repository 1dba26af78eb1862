import { sealDsn } from '../../src/tenancy/shardKeys.js';
import { anOrg } from '../support/builders.js';
import type { Place, RootField } from './rootFields.js';

const freshOrg = async ({ gateway }: Place) => ({ id: await anOrg(gateway.database) });

/** A job of the org that the member belongs to; one that waits is there already for each caller but the first. */
async function jobOfTheOrg({ gateway, orgId }: Place): Promise<{ id: string }> {
  const org = await gateway.database.db.selectFrom('orgs').select('id').where('public_id', '=', orgId).executeTakeFirstOrThrow();
  const known = await gateway.database.db.selectFrom('jobs').select('public_id').where('org_id', '=', org.id).executeTakeFirst();
  return known ? { id: known.public_id } : aJob(gateway, orgId);
}

async function aJob(gateway: Place['gateway'], orgId: string): Promise<{ id: string }> {
  const { body } = await gateway.rest('POST', `/api/v1/platform/orgs/${orgId}/seed`, { token: gateway.adminToken });
  return { id: body.job_uuid };
}

/** A move that waits: to a shard that is another database, as the other databases of the tests' server are. */
async function toAnotherShard({ gateway }: Place): Promise<{ id: string; shardId: string }> {
  const shardId = crypto.randomUUID();
  const dsn = new URL(gateway.database.url);
  dsn.pathname = '/postgres';
  const { ciphertext, keyVersion } = sealDsn(gateway.platform.shardKeys, shardId, dsn.href);
  await gateway.database.db
    .insertInto('shards')
    .values({ public_id: shardId, name: shardId, region: '', max_orgs: 10, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion })
    .execute();
  return { id: await anOrg(gateway.database), shardId };
}

const permission = 'platform.orgs.seed';
const seeding = { permission, policy: 'permission' } as const;
// Who has no part in the platform's administration is not told that the job is there; an admin of its org sees it.
const seeing = { permission, policy: 'adminOfTheOrgOrPermission' } as const;

/** The root fields of jobs. */
export const jobRootFields: Readonly<Record<string, RootField>> = {
  'Query.job': { ...seeing, document: 'query ($id: UUID!) { job(id: $id) { id } }', variables: jobOfTheOrg },
  'Query.jobs': { permission, policy: 'oneOfSeveralPermissions', document: '{ jobs { nodes { id } } }' },
  'Mutation.seedOrg': {
    ...seeding,
    document: 'mutation ($id: UUID!) { seedOrg(orgId: $id) { job { id } } }',
    variables: freshOrg,
  },
  'Mutation.moveOrg': {
    ...seeding,
    permission: 'platform.orgs.update',
    document: 'mutation ($id: UUID!, $shardId: UUID!) { moveOrg(orgId: $id, shardId: $shardId) { job { id } } }',
    variables: toAnotherShard,
    // Of the org and of the job.
    entries: 2,
  },
  'Mutation.cancelJob': {
    ...seeding,
    document: 'mutation ($id: UUID!) { cancelJob(id: $id) { job { id } } }',
    variables: async ({ gateway }) => aJob(gateway, await anOrg(gateway.database)),
  },
  'Subscription.jobProgress': {
    ...seeing,
    document: 'subscription ($id: UUID!) { jobProgress(id: $id) { number } }',
    variables: jobOfTheOrg,
  },
};
