import 'reflect-metadata';
import { type GraphQLSchema, isAbstractType, isObjectType } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { each, isSignedIn, type Rules, withParent } from '../access/rule.js';
import { guarded } from '../access/shield.js';
import { AdminsResolver, GroupAssignmentsResolver, OrgAccessResolver } from '../admins/admins.resolver.js';
import { adminRules } from '../admins/admins.rules.js';
import { ApiKeysResolver } from '../apiKeys/apiKeys.resolver.js';
import { apiKeyRules } from '../apiKeys/apiKeys.rules.js';
import { AuditResolver, AuditTotalsResolver } from '../audit/audit.resolver.js';
import { auditRules } from '../audit/audit.rules.js';
import { AuditExportResolver } from '../audit/export/export.resolver.js';
import { auditExportRules } from '../audit/export/export.rules.js';
import { AuditProofResolver } from '../audit/seal/proof.resolver.js';
import { auditProofRules } from '../audit/seal/proof.rules.js';
import { AuditTailResolver } from '../audit/tail/tail.resolver.js';
import { auditTailRules } from '../audit/tail/tail.rules.js';
import { AuditViewsResolver } from '../auditViews/auditViews.resolver.js';
import { auditViewRules } from '../auditViews/auditViews.rules.js';
import { AuthProviderDeliveriesResolver } from '../authProvider/deliveries.resolver.js';
import { authProviderRules } from '../authProvider/deliveries.rules.js';
import { CredentialsResolver } from '../credentials/credentials.resolver.js';
import { credentialRules } from '../credentials/credentials.rules.js';
import { ExplainResolver, PermissionHolderResolver } from '../explain/explain.resolver.js';
import { explainRules } from '../explain/explain.rules.js';
import { GroupPermissionsResolver, GroupsResolver } from '../groups/groups.resolver.js';
import { groupRules } from '../groups/groups.rules.js';
import { IdentitiesResolver } from '../identities/identities.resolver.js';
import { identityRules } from '../identities/identities.rules.js';
import { ImpersonationResolver } from '../impersonation/impersonation.resolver.js';
import { impersonationRules } from '../impersonation/impersonation.rules.js';
import { JobsResolver, OrgJobsResolver } from '../jobs/jobs.resolver.js';
import { jobRules } from '../jobs/jobs.rules.js';
import { MyOrgsResolver, OrgsResolver } from '../orgs/orgs.resolver.js';
import { orgRules } from '../orgs/orgs.rules.js';
import { PartnersResolver } from '../partners/partners.resolver.js';
import { partnerRules } from '../partners/partners.rules.js';
import { PlatformOrgResolver } from '../platformOrg/platformOrg.resolver.js';
import { platformOrgRules } from '../platformOrg/platformOrg.rules.js';
import { RecordsResolver } from '../records/records.resolver.js';
import { recordRules } from '../records/records.rules.js';
import { SessionsResolver } from '../sessions/sessions.resolver.js';
import { sessionRules } from '../sessions/sessions.rules.js';
import { SettingsResolver } from '../settings/settings.resolver.js';
import { settingsRules } from '../settings/settings.rules.js';
import { ShardsResolver } from '../shards/shards.resolver.js';
import { shardRules } from '../shards/shards.rules.js';
import { TokensResolver } from '../tokens/tokens.resolver.js';
import { tokenRules } from '../tokens/tokens.rules.js';
import { UsersResolver } from '../users/users.resolver.js';
import { userRules } from '../users/users.rules.js';
import { ViewerResolver } from '../viewer/viewer.resolver.js';
import { viewerRules } from '../viewer/viewer.rules.js';
import { WorkspaceMembershipsResolver, WorkspaceMembersResolver } from '../workspaces/workspaceMembers.resolver.js';
import { OrgWorkspacesResolver, WorkspacesResolver } from '../workspaces/workspaces.resolver.js';
import { workspaceRules } from '../workspaces/workspaces.rules.js';
import { NodeResolver } from './node.resolver.js';

const resolvers: NonEmptyArray<new () => object> = [
  AdminsResolver,
  ApiKeysResolver,
  AuditExportResolver,
  AuditProofResolver,
  AuthProviderDeliveriesResolver,
  ExplainResolver,
  GroupAssignmentsResolver,
  CredentialsResolver,
  AuditResolver,
  AuditTailResolver,
  AuditTotalsResolver,
  AuditViewsResolver,
  GroupPermissionsResolver,
  GroupsResolver,
  IdentitiesResolver,
  ImpersonationResolver,
  JobsResolver,
  MyOrgsResolver,
  NodeResolver,
  OrgAccessResolver,
  OrgJobsResolver,
  OrgsResolver,
  OrgWorkspacesResolver,
  PartnersResolver,
  PermissionHolderResolver,
  PlatformOrgResolver,
  RecordsResolver,
  SessionsResolver,
  SettingsResolver,
  TokensResolver,
  ShardsResolver,
  UsersResolver,
  ViewerResolver,
  WorkspaceMembershipsResolver,
  WorkspaceMembersResolver,
  WorkspacesResolver,
];

/** The types that a page of a list is made of: whoever was let into the list may read them. */
function pageRules(schema: GraphQLSchema): Rules {
  const pages = Object.values(schema.getTypeMap()).filter((type) => /(Connection|Edge)$/.test(type.name) || type.name === 'PageInfo');
  return Object.fromEntries(pages.map((type) => [type.name, isObjectType(type) ? each(withParent, ...Object.keys(type.getFields())) : {}]));
}

function mergedRules(all: readonly Rules[]): Rules {
  const merged: Record<string, Rules[string]> = {};
  for (const rules of all) {
    for (const [type, fields] of Object.entries(rules)) merged[type] = { ...merged[type], ...fields };
  }
  return merged;
}

const noTopics = {
  publish: noTopic,
  subscribe: noTopic,
};

/** type-graphql asks for a bus of topics where there is a subscription. Ours read the database, and each has a source of its own. */
function noTopic(): never {
  throw new Error('Subscriptions are not fed by topics.');
}

/** The schema as type-graphql builds it, with no rule applied: for printing and for walking, never for serving. */
export function buildUnguardedSchema(): GraphQLSchema {
  // Its check introspects the schema, a tenth of a start. That the schema is valid is checked by whoever executes it first, as Apollo does
  // when it starts, and by each validation of a document.
  const schema = buildSchemaSync({ resolvers, validate: false, emitSchemaFile: false, pubSub: noTopics, skipCheck: true });
  // graphql-jit takes no promise here, and type-graphql's own resolvers are async.
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = (value: { __typename?: string }) => value.__typename;
  }
  return schema;
}

/** Every rule of the schema, by type and field. */
export function rulesOf(schema: GraphQLSchema): Rules {
  // `node` decides by the rule of what it finds.
  const nodeRules: Rules = { Query: { node: isSignedIn } };
  return mergedRules([
    pageRules(schema),
    nodeRules,
    adminRules,
    apiKeyRules,
    auditExportRules,
    auditProofRules,
    auditTailRules,
    authProviderRules,
    explainRules,
    credentialRules,
    auditRules,
    auditViewRules,
    groupRules,
    identityRules,
    impersonationRules,
    jobRules,
    orgRules,
    partnerRules,
    platformOrgRules,
    recordRules,
    sessionRules,
    settingsRules,
    tokenRules,
    shardRules,
    userRules,
    viewerRules,
    workspaceRules,
  ]);
}

/**
 * The one schema of the product, guarded by its rules.
 * @param guardedBy makes the rules from those of the product; what is served takes them as they are
 */
export function buildSchema(guardedBy: (rules: Rules) => Rules = (rules) => rules): GraphQLSchema {
  const schema = buildUnguardedSchema();
  return guarded(schema, guardedBy(rulesOf(schema)));
}
