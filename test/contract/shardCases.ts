import type { Scene } from './scene.js';
import { absent, anonymous, badPage, byAdmin, invalid, noUuid, permitted, type StatusCase, unpermitted } from './statusCaseKit.js';

let count = 0;
const freshName = () => {
  count += 1;
  return `Shard ${count}`;
};

/** The address of a database that is fit to be a shard. */
const dsnOf = ({ gateway }: Scene) => gateway.database.url;

/** A shard that the admin makes through the surface itself. */
export async function aShard(scene: Scene, values: object = {}): Promise<{ id: string; name: string }> {
  const { body } = await scene.call('post_shards', {
    token: scene.admin.token,
    body: { name: freshName(), dsn: dsnOf(scene), is_active: false, ...values },
  });
  return body;
}

const conflict = (when: string, call: StatusCase['call']): StatusCase => ({ status: 409, when, call, says: { code: 'CONFLICT' } });
const badId = (body?: object) => invalid('for an id that is no UUID', ['path', 'shard_uuid'], { params: noUuid, body });
const one = async (scene: Scene, values?: object) => ({ params: { shard_uuid: (await aShard(scene, values)).id } });
const nobodyListens = 'postgresql://someone:secret@127.0.0.1:1/nothing';

/** The operations of shards. */
export const shardCases: Readonly<Record<string, readonly StatusCase[]>> = {
  get_shards: [
    {
      ...permitted('get_shards', async (scene) => {
        await aShard(scene);
        return { query: { is_active: 'false', page: 1, page_size: 1 } };
      }),
      says: { page: 1, page_size: 1, items: [{ is_active: false }] },
    },
    anonymous,
    unpermitted('get_shards'),
    badPage(),
  ],
  post_shards: [
    {
      ...permitted('post_shards', (scene) => ({ body: { name: freshName(), dsn: dsnOf(scene), is_active: false } }), 201),
      says: { region: '', max_orgs: 100, is_active: false, version: 1 },
    },
    anonymous,
    unpermitted('post_shards'),
    conflict(
      'for a name that another shard has, in other letters',
      byAdmin(async (scene) => ({ body: { name: (await aShard(scene)).name.toUpperCase(), dsn: dsnOf(scene) } })),
    ),
    invalid('for an address where nothing listens', ['body', 'dsn'], { body: { name: 'X', dsn: nobodyListens } }),
    invalid('for no slots', ['body', 'max_orgs'], (scene) => ({ body: { name: 'X', dsn: dsnOf(scene), max_orgs: 0 } })),
  ],
  get_shards_shard_uuid: [
    permitted('get_shards_shard_uuid', one),
    anonymous,
    unpermitted('get_shards_shard_uuid'),
    absent('for a shard that there is not'),
    badId(),
  ],
  patch_shards_shard_uuid: [
    {
      ...permitted('patch_shards_shard_uuid', async (scene) => ({
        ...(await one(scene)),
        body: { base_version: 1, region: 'eu-north', max_orgs: 7, dsn: dsnOf(scene), name: null },
      })),
      says: { region: 'eu-north', max_orgs: 7, version: 2 },
    },
    anonymous,
    unpermitted('patch_shards_shard_uuid'),
    absent('for a shard that there is not', { base_version: 1 }),
    conflict(
      'for a stale version',
      byAdmin(async (scene) => ({ ...(await one(scene)), body: { base_version: 9 } })),
    ),
    conflict(
      'for a name that another shard has',
      byAdmin(async (scene) => ({ ...(await one(scene)), body: { base_version: 1, name: (await aShard(scene)).name } })),
    ),
    invalid('for an address where nothing listens', ['body', 'dsn'], async (scene) => ({
      ...(await one(scene)),
      body: { base_version: 1, dsn: nobodyListens },
    })),
    badId({ base_version: 1 }),
  ],
  get_shards_shard_uuid_capacity: [
    {
      ...permitted('get_shards_shard_uuid_capacity', (scene) => one(scene, { max_orgs: 3 })),
      says: { current_orgs: 0, max_orgs: 3, available_slots: 3, utilization_percent: 0 },
    },
    anonymous,
    unpermitted('get_shards_shard_uuid_capacity'),
    absent('for a shard that there is not'),
    badId(),
  ],
  post_shards_shard_uuid_archive: [
    { ...permitted('post_shards_shard_uuid_archive', (scene) => one(scene, { is_active: true })), says: { is_active: false, version: 2 } },
    anonymous,
    unpermitted('post_shards_shard_uuid_archive'),
    absent('for a shard that there is not'),
    badId(),
  ],
};
