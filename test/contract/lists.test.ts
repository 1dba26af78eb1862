import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aMembership } from '../support/builders.js';
import type { RestAnswer } from '../support/gateway.js';
import type { Call } from './client.js';
import { contractOperation } from './operations.js';
import { aScene, type Scene } from './scene.js';

let scene: Scene;
/** Of 60 members, so that each default page size is less than the whole. */
let crowd: string;
beforeAll(async () => {
  scene = await aScene();
  const users = await Promise.all([...Array(60).keys()].map(() => scene.user()));
  crowd = await scene.org({ name: 'Crowd', members: users });
  await Promise.all([...Array(60).keys()].map((i) => scene.org({ name: `Many ${String(i).padStart(2, '0')}` })));
});
afterAll(() => scene.close());

function list(operation: string, query: Call['query'] = {}, org = crowd): Promise<RestAnswer> {
  return scene.call(operation, { token: scene.admin.token, params: { org_uuid: org }, query });
}

/** A member of each row of a page, in the page's order. */
async function listed(operation: string, member: string, query: Call['query'], org = crowd): Promise<string[]> {
  const { status, body } = await list(operation, query, org);
  expect(status).toBe(200);
  const items: Record<string, string>[] = body.items;
  return items.map((item) => String(item[member]));
}

const lists = [
  { operation: 'get_orgs', size: 50, most: 200 },
  { operation: 'get_orgs_org_uuid_members', size: 50, most: 200 },
  { operation: 'get_my_orgs', size: 50, most: 200 },
  { operation: 'get_users', size: 25, most: 100 },
] as const;

describe.each(lists)('a page of $operation', ({ operation, size, most }) => {
  it(`has ${size} rows where no size is given, and the total says how many there are`, async () => {
    const { body } = await list(operation);
    expect(body.items).toHaveLength(size);
    expect(body.total).toBeGreaterThanOrEqual(60);
  });

  it.each([
    ['page', 0, 'greater_than_equal'],
    ['page', -1, 'greater_than_equal'],
    ['page_size', 0, 'greater_than_equal'],
    ['page_size', most + 1, 'less_than_equal'],
    ['page_size', 'ten', 'int_parsing'],
    ['page_size', '1.5', 'int_parsing'],
    ['page', '', 'int_parsing'],
  ])('is refused where %s is %p', async (name, value, type) => {
    const { status, body } = await list(operation, { [name]: value });
    expect(status).toBe(422);
    expect(body.detail).toEqual([{ loc: ['query', name], msg: expect.any(String), type }]);
  });

  it.each([
    ['page', 1],
    ['page_size', 1],
    ['page_size', most],
  ])('is answered where %s is %p', async (name, value) => {
    const { status, body } = await list(operation, { [name]: value });
    expect(status).toBe(200);
    expect(body.items).toHaveLength(Math.min(name === 'page_size' ? value : size, body.total));
  });

  it('goes on where the one before ended, until it is empty', async () => {
    const { body } = await list(operation, { page_size: most });
    const key = operation === 'get_orgs_org_uuid_members' ? 'user_id' : 'id';
    const all: string[] = body.items.map((item: Record<string, string>) => item[key]);
    const pages = await Promise.all([1, 2, 3, 4, 5].map((page) => listed(operation, key, { page, page_size: 20 })));
    expect(pages.flat()).toEqual(all);
    const beyond = await list(operation, { page: 999 });
    expect(beyond.body).toMatchObject({ items: [], total: body.total });
  });

  it('is the same whatever unknown parameters are sent', async () => {
    const plain = await list(operation, { page_size: 3 });
    const noisy = await list(operation, 'page_size=3&nonsense=1&first=1&after=x&limit=1&__proto__=1&constructor=1&page_size[]=9&x');
    expect(noisy.body).toEqual(plain.body);
  });

  it('takes the last of a parameter that is repeated', async () => {
    expect((await list(operation, 'page_size=0&page_size=2')).body.items).toHaveLength(2);
  });
});

describe('a search', () => {
  const searched = [
    {
      operation: 'get_orgs',
      member: 'name',
      make: async (name: string) => {
        await scene.org({ name });
      },
    },
    {
      operation: 'get_users',
      member: 'display_name',
      make: async (displayName: string) => {
        await scene.user({ displayName });
      },
    },
    {
      operation: 'get_orgs_org_uuid_members',
      member: 'display_name',
      make: async (displayName: string) => {
        await aMembership(scene.gateway.database, crowd, await scene.user({ displayName }));
      },
    },
  ];

  describe.each(searched)('of $operation', ({ operation, member, make }) => {
    const names = ['50% Zest', '50 Zest', 'snake_zest', 'snakezzest', 'back\\zest', 'Ärzte ZEST'];
    beforeAll(async () => {
      for (const name of names) await make(name);
    });

    it.each([
      ['%', ['50% Zest']],
      ['50% z', ['50% Zest']],
      ['_', ['snake_zest']],
      ['ke_z', ['snake_zest']],
      ['\\', ['back\\zest']],
      ["zest'", []],
      ['ÄRZTE zest', ['Ärzte ZEST']],
      ['zest', names],
      ['👩', []],
    ])('takes %p as it is written, without case', async (search, found) => {
      expect((await listed(operation, member, { search })).sort()).toEqual([...found].sort());
    });

    it('finds all where it is empty, and counts what it found', async () => {
      expect((await list(operation, { search: '' })).body).toEqual((await list(operation)).body);
      expect((await list(operation, { search: 'zest', page_size: 2 })).body.total).toBe(names.length);
    });

    it('is refused where the database could not store it', async () => {
      const { status, body } = await list(operation, 'search=a%00');
      expect({ status, loc: body.detail[0].loc }).toEqual({ status: 422, loc: ['query', 'search'] });
    });
  });

  it('looks at an org’s slug, and at a user’s email', async () => {
    await scene.org({ name: 'Plain', slug: 'hidden-in-the-slug' });
    await scene.user({ displayName: 'Plain', email: 'hidden@in-the-mail.example' });
    expect(await listed('get_orgs', 'name', { search: 'IN-THE-SLUG' })).toEqual(['Plain']);
    expect(await listed('get_users', 'display_name', { search: 'In-The-Mail' })).toEqual(['Plain']);
  });
});

describe('a status', () => {
  it('filters orgs', async () => {
    await scene.org({ name: 'Shut', status: 'suspended' });
    await scene.org({ name: 'Moving', status: 'migrating' });
    expect(await listed('get_orgs', 'name', { status: 'suspended' })).toEqual(['Shut']);
    expect(await listed('get_orgs', 'name', { status: 'migrating' })).toEqual(['Moving']);
    expect(new Set(await listed('get_orgs', 'status', { status: 'active' }))).toEqual(new Set(['active']));
  });

  it('filters users', async () => {
    await scene.user({ displayName: 'Gone', status: 'deactivated' });
    await scene.user({ displayName: 'Out', status: 'suspended' });
    expect(await listed('get_users', 'display_name', { status: 'deactivated' })).toEqual(['Gone']);
    expect(await listed('get_users', 'display_name', { status: 'suspended' })).toEqual(['Out']);
    expect(new Set(await listed('get_users', 'status', { status: 'active' }))).toEqual(new Set(['active']));
  });

  it.each([
    ['get_orgs', 'Active'],
    ['get_orgs', 'SUSPENDED'],
    ['get_orgs', ''],
    ['get_users', 'invited'],
    ['get_orgs_org_uuid_members', 'deactivated'],
    ['get_orgs_org_uuid_members', '0'],
  ])('is refused in another spelling: %s, %p', async (operation, status) => {
    const answer = await list(operation, { status });
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toEqual([{ loc: ['query', 'status'], msg: expect.stringContaining("'active'"), type: 'enum' }]);
  });
});

describe('the members of an org', () => {
  let org: string;
  beforeAll(async () => {
    org = await scene.org({ name: 'Small' });
    const { database } = scene.gateway;
    const member = async (displayName: string, email: string, values: Parameters<typeof aMembership>[3] = {}) => {
      await aMembership(database, org, await scene.user({ displayName, email }), values);
    };
    // In the order in which they joined.
    await member('bob', 'a@small.example', { roleHint: 'admin' });
    await member('Cid', 'B@small.example');
    await member('Ann', 'c@small.example');
    await member('dan', 'd@small.example', { status: 'invited' });
    await member('Eve', 'e@small.example', { status: 'suspended' });
    await member('flo', 'f@small.example', { status: 'removed' });
  });

  const names = (query: Call['query']) => listed('get_orgs_org_uuid_members', 'display_name', query, org);

  it.each([
    ['no order', {}, ['Ann', 'bob', 'Cid', 'dan', 'Eve', 'flo']],
    ['the name', { sort_by: 'display_name' }, ['Ann', 'bob', 'Cid', 'dan', 'Eve', 'flo']],
    ['the name, backwards', { sort_order: 'desc' }, ['flo', 'Eve', 'dan', 'Cid', 'bob', 'Ann']],
    ['the email', { sort_by: 'email', sort_order: 'asc' }, ['bob', 'Cid', 'Ann', 'dan', 'Eve', 'flo']],
    ['the email, backwards', { sort_by: 'email', sort_order: 'desc' }, ['flo', 'Eve', 'dan', 'Ann', 'Cid', 'bob']],
  ])('come in the order of %s, without case', async (_what, query: Record<string, string>, order) => {
    expect(await names(query)).toEqual(order);
  });

  it('come in the order in which they joined, and whoever has not joined comes last', async () => {
    expect((await names({ sort_by: 'joined_at' })).slice(0, 3)).toEqual(['bob', 'Cid', 'Ann']);
    expect((await names({ sort_by: 'joined_at', sort_order: 'desc' })).slice(3)).toEqual(['Ann', 'Cid', 'bob']);
  });

  it.each([
    ['active', ['Ann', 'bob', 'Cid']],
    ['invited', ['dan']],
    ['suspended', ['Eve']],
    ['removed', ['flo']],
  ])('are filtered by the status %s', async (status, found) => {
    expect(await names({ status })).toEqual(found);
  });

  it('are found by search and status together, on the page that was asked for', async () => {
    const { body } = await list(
      'get_orgs_org_uuid_members',
      { search: '@SMALL', status: 'active', sort_by: 'email', page: 2, page_size: 2 },
      org,
    );
    expect(body).toMatchObject({ total: 3, items: [{ display_name: 'Ann', role_hint: null }] });
  });

  it.each([
    ['sort_by', 'DISPLAY_NAME'],
    ['sort_by', 'name'],
    ['sort_order', 'DESC'],
    ['sort_order', 'down'],
  ])('are refused where %s is %s', async (name, value) => {
    const { status, body } = await list('get_orgs_org_uuid_members', { [name]: value }, org);
    expect({ status, loc: body.detail[0].loc }).toEqual({ status: 422, loc: ['query', name] });
  });
});

describe('the orgs of the caller', () => {
  it('are those that they are an active member of and that are open', async () => {
    const user = await scene.user();
    await scene.org({ name: 'b open', members: [user] });
    await scene.org({ name: 'A open', admins: [user] });
    await scene.org({ name: 'Shut', members: [user], status: 'suspended' });
    const invited = await scene.org({ name: 'Invited' });
    await aMembership(scene.gateway.database, invited, user, { status: 'invited' });
    const { body } = await scene.call('get_my_orgs', { token: scene.gateway.tokenFor(user) });
    expect(body).toMatchObject({ is_global: false, total: 2, items: [{ name: 'A open' }, { name: 'b open' }] });
  });

  it('are all orgs for an admin with access to all', async () => {
    const [mine, all] = await Promise.all([list('get_my_orgs'), list('get_orgs')]);
    expect(mine.body).toMatchObject({ is_global: true, total: all.body.total });
  });
});

describe('the ids of a path', () => {
  it.each([
    ['in capitals', (id: string) => id.toUpperCase()],
    ['without hyphens', (id: string) => id.replaceAll('-', '')],
  ])('may be written %s', async (_what, spelled) => {
    const params = { org_uuid: spelled(crowd) };
    const answer = await scene.call('get_orgs_org_uuid', { token: scene.admin.token, params });
    expect(answer).toMatchObject({ status: 200, body: { id: crowd } });
  });

  it.each(['1', 'null', '00000000-0000-0000-0000-00000000000g', 'a'.repeat(200), '%00', "'%20or%201=1", '%F0%9F%91%A9'])(
    'are refused where they are none: %s',
    async (org_uuid) => {
      for (const operation of ['get_orgs_org_uuid', 'get_orgs_org_uuid_members', 'get_orgs_org_uuid_billing']) {
        const { status, body } = await scene.call(operation, { token: scene.admin.token, params: { org_uuid } });
        expect({ operation: contractOperation(operation).id, status, loc: body.detail[0].loc }).toEqual({
          operation,
          status: 422,
          loc: ['path', 'org_uuid'],
        });
      }
    },
  );
});
