import { describe, expect, it } from '@jest/globals';
import { generateOpenApi } from '../../src/rest/generate.js';
import { standInSchema } from '../rest/standInSchema.js';
import { missingFromOurs, operationsOf } from './compare.js';
import { contractOf } from './documents.js';

const generated = generateOpenApi(standInSchema());

const served = {
  platform: [
    'get_orgs',
    'get_orgs_org_uuid',
    'patch_orgs_org_uuid',
    'get_orgs_org_uuid_members',
    'get_orgs_org_uuid_billing',
    'patch_orgs_org_uuid_billing',
    'get_users',
    'get_users_user_uuid',
    'patch_users_user_uuid',
    'get_me',
    'get_my_orgs',
  ],
  v1: ['get_v1_users_me', 'patch_v1_users_me_preferences'],
} as const;

describe.each(['platform', 'v1'] as const)('the OpenAPI document of %s', (surface) => {
  it('has all that the contract documents of the served operations', () => {
    expect(missingFromOurs(contractOf(surface), generated[surface], served[surface])).toEqual([]);
  });

  it('describes the operations that are served, and no other', () => {
    const ours = operationsOf(generated[surface]).map(({ operation }) => operation.operationId);
    expect(ours.sort()).toEqual([...served[surface]].sort());
  });
});
