import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { buildUnguardedSchema } from '../../src/schema/schema.js';
import { anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { callerNames, callersFor } from './callers.js';
import { expectedGrid, type MatrixRow, observedGrid, rowOfEndpoint, rowOfRootField, type World } from './grid.js';
import { type Mode, modes } from './policyTable.js';
import { type Endpoint, endpointExceptions, endpoints } from './restCalls.js';
import { rootFields } from './rootFields.js';

const schema = buildUnguardedSchema();
const served = endpoints();

function endpointRow({ operation, field }: Endpoint): MatrixRow {
  const row = rootFields[field];
  if (!row) throw new Error(`${operation.name} runs ${field}, which has no row.`);
  return rowOfEndpoint(operation, { ...row, ...endpointExceptions[operation.name] });
}

const ways: Readonly<Record<string, readonly MatrixRow[]>> = {
  'root field': Object.entries(rootFields).map(([at, row]) => rowOfRootField(at, row)),
  endpoint: served.map(endpointRow),
};
const rows = Object.values(ways).flat();

let gateway: TestGateway;
let world: World;
beforeAll(async () => {
  gateway = await testGateway();
  const orgs = { own: await anOrg(gateway.database), other: await anOrg(gateway.database) };
  world = { gateway, orgs, strangerId: await aUser(gateway.database), callers: callersFor(gateway, orgs), schema };
});
afterAll(() => gateway.close());

async function enforce(mode: Mode): Promise<void> {
  const document =
    'mutation ($mode: PermissionEnforcement!) { updateSettings(input: { permissionEnforcement: $mode }) { settings { version } } }';
  const { errors } = await gateway.graphql(document, { mode: mode.toUpperCase() }, { token: gateway.adminToken });
  expect(errors).toEqual([]);
}

let cells = 0;

describe('the matrix', () => {
  it('has a row for each root field of the schema, and no other', () => {
    const query = Object.keys(schema.getQueryType()?.getFields() ?? {}).map((name) => `Query.${name}`);
    const mutation = Object.keys(schema.getMutationType()?.getFields() ?? {}).map((name) => `Mutation.${name}`);
    const subscription = Object.keys(schema.getSubscriptionType()?.getFields() ?? {}).map((name) => `Subscription.${name}`);
    expect(Object.keys(rootFields).sort()).toEqual([...query, ...mutation, ...subscription].sort());
  });

  it('makes an exception of no endpoint that is not served', () => {
    const names = served.map(({ operation }) => operation.name);
    expect(Object.keys(endpointExceptions).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe.each(modes)('with permissions %s', (mode) => {
  beforeAll(() => enforce(mode));

  describe.each(Object.entries(ways))('each %s', (_way, theirs) => {
    // The rows so far came faster than the database counts them by itself.
    beforeAll(() => sql`analyze`.execute(gateway.database.db));

    it.each(theirs.map((row) => ({ at: row.at, row })))('$at gives each caller what its policy says', async ({ row }) => {
      const { kinds, grid } = await observedGrid(world, row, mode);
      expect(grid).toEqual(expectedGrid(row, mode, kinds));
      cells += kinds.length * callerNames.length;
    });
  });
});

describe('its size', () => {
  it('is told', () => {
    // Every row, caller and mode, for at least one kind of object.
    expect(cells).toBeGreaterThanOrEqual(rows.length * callerNames.length * modes.length);
    process.stdout.write(
      `The authorization matrix: ${cells} cells of ${rows.length} ways in, ${callerNames.length} callers, ${modes.length} modes.\n`,
    );
  });
});
