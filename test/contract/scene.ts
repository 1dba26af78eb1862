import { type Selectable, sql } from 'kysely';
import { permissionKeys } from '../../src/access/permissions.js';
import type { PlatformAuditLog } from '../../src/db/types.generated.js';
import { prismIfAsked } from '../prism/prism.js';
import { aGrant, anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { type ContractClient, contractClient } from './client.js';

export interface Person {
  readonly id: string;
  readonly token: string;
}

/** A gateway with its contract client, and those who call it. */
export interface Scene {
  readonly gateway: TestGateway;
  readonly call: ContractClient;
  /** Holds every permission, and has access to every org. */
  readonly admin: Person;
  /** Active, and without any part in the platform's administration. */
  readonly stranger: Person;
  /** A new admin with these permissions and no other, and with access to no org. */
  holderOf(...permissions: readonly string[]): Promise<Person>;
  /** A new admin with every permission but this one. */
  holderOfAllBut(permission: string): Promise<Person>;
  /** A new user. @returns the public id */
  user(values?: Parameters<typeof aUser>[1]): Promise<string>;
  /** A new org at version 1. @returns the public id */
  org(values?: Parameters<typeof anOrg>[1]): Promise<string>;
  /** Every entry of the trail, in its order; or those behind one of them. */
  entries(behind?: Pick<Selectable<PlatformAuditLog>, 'id'>): Promise<Selectable<PlatformAuditLog>[]>;
  /** The last entry of the trail. */
  lastEntry(): Promise<Pick<Selectable<PlatformAuditLog>, 'id'>>;
  /** Runs `work` while a column that it reads has another name, so that reading it is a defect. */
  whileBroken<T>(table: BreakableTable, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Columns that operations read, and nothing reads to tell who calls. */
const readColumns = {
  users: 'bio',
  orgs: 'slug',
  workspaces: 'slug',
  workspace_members: 'version',
  one_time_tokens: 'used_at',
  // But this one: for operations that read nothing else.
  org_memberships: 'role_hint',
} as const;
export type BreakableTable = keyof typeof readColumns;

const nothingYet = { id: '00000000-0000-0000-0000-000000000000' };

/** Sets a scene on a database of its own. */
export async function aScene(): Promise<Scene> {
  const gateway = await testGateway();
  const { database } = gateway;
  const prism = await prismIfAsked(gateway.url);
  const person = (id: string): Person => ({ id, token: gateway.tokenFor(id) });
  const holderOf = async (...permissions: readonly string[]): Promise<Person> => {
    const id = await aUser(database);
    await aGrant(database, id, permissions);
    return person(id);
  };
  return {
    gateway,
    call: contractClient(prism ?? gateway),
    admin: { id: gateway.adminId, token: gateway.adminToken },
    stranger: person(await aUser(database)),
    holderOf,
    holderOfAllBut: (permission) => holderOf(...[...permissionKeys].filter((key) => key !== permission)),
    user: (values) => aUser(database, values),
    org: (values) => anOrg(database, values),
    entries: ({ id } = nothingYet) => database.db.selectFrom('platform_audit_log').selectAll().where('id', '>', id).orderBy('id').execute(),
    lastEntry: async () =>
      (await database.db.selectFrom('platform_audit_log').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()) ?? nothingYet,
    async whileBroken(table, work) {
      const column = sql.id(readColumns[table]);
      const [name, gone] = [sql.table(table), sql.id('gone')];
      await sql`alter table ${name} rename column ${column} to ${gone}`.execute(database.db);
      try {
        return await work();
      } finally {
        await sql`alter table ${name} rename column ${gone} to ${column}`.execute(database.db);
      }
    },
    async close() {
      await prism?.close();
      await gateway.close();
    },
  };
}
