import type { Migration } from 'kysely/migration';
import * as users from './0001_users.js';
import * as orgs from './0002_orgs.js';
import * as access from './0003_access.js';
import * as credentials from './0004_credentials.js';
import * as platform from './0005_platform.js';
import * as audit from './0006_audit.js';
import * as idempotency from './0007_idempotency.js';
import * as tenancy from './0008_tenancy.js';
import * as jobs from './0009_jobs.js';
import * as auditReading from './0010_audit_reading.js';
import * as auditKeeping from './0011_audit_keeping.js';
import * as workspaces from './0012_workspaces.js';
import * as accounts from './0013_accounts.js';
import * as authProvider from './0014_auth_provider.js';
import * as effectivePermissions from './0014_effective_permissions.js';
import * as identities from './0015_identities.js';
import * as move from './0016_move.js';
import * as nameKeys from './0017_name_keys.js';
import * as memberNames from './0018_member_names.js';
import * as auditEver from './0019_audit_ever.js';

/** The control plane's migrations by name, run in the order of their names. A released one is never edited. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001_users': users,
  '0002_orgs': orgs,
  '0003_access': access,
  '0004_credentials': credentials,
  '0005_platform': platform,
  '0006_audit': audit,
  '0007_idempotency': idempotency,
  '0008_tenancy': tenancy,
  '0009_jobs': jobs,
  '0010_audit_reading': auditReading,
  '0011_audit_keeping': auditKeeping,
  '0012_workspaces': workspaces,
  '0013_accounts': accounts,
  '0014_auth_provider': authProvider,
  '0014_effective_permissions': effectivePermissions,
  '0015_identities': identities,
  '0016_move': move,
  '0017_name_keys': nameKeys,
  '0018_member_names': memberNames,
  '0019_audit_ever': auditEver,
};
