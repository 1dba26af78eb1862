import { v7 as uuidv7 } from 'uuid';
import type { TestGateway } from '../support/gateway.js';

/** One entry as the log holds it. */
export interface Entry {
  readonly id: string;
  /** With microseconds: `2026-01-31T12:00:00.000001Z`. */
  readonly created_at: string;
  readonly action: string;
  readonly outcome: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly resource_display_id: string;
  readonly changed_fields: string[];
  readonly actor_type: string;
  readonly actor_id: string;
  readonly actor_display_name: string;
  readonly org_id: string | null;
  readonly org_name: string | null;
}

/** Whoever acted. */
export interface Actor {
  readonly id: string;
  readonly name: string;
}

const hour = 3_600_000;
/** Around the hour, where buckets begin and end. In microseconds. */
const offsets = [-1, 0, 0, 1, 999, 1_000, 12_345_678, 1_800_000_000];

/** A moment in microseconds as the API writes it. */
export function isoMicros(micros: number): string {
  const ms = Math.floor(micros / 1_000);
  return `${new Date(ms).toISOString().slice(0, 23)}${String(micros - ms * 1_000).padStart(3, '0')}Z`;
}

/** Entries by these actors in these orgs, over this many days up to now; the same for the same numbers. */
export function someEntries(count: number, days: number, actors: readonly Actor[], orgs: readonly Actor[], seed = 1): Entry[] {
  let state = seed;
  const below = (n: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * n);
  };
  const pick = <T>(values: readonly T[]): T => {
    const value = values[below(values.length)];
    if (value === undefined) throw new Error('There is nothing to pick from.');
    return value;
  };
  const lastHour = Math.floor(Date.now() / hour) * hour - hour;
  return Array.from({ length: count }, () => {
    const type = pick(['org', 'user', 'group']);
    const actor = pick(actors);
    const org = below(4) === 0 ? null : pick(orgs);
    const number = below(9);
    return {
      id: uuidv7(),
      created_at: isoMicros((lastHour - below(days * 24) * hour) * 1_000 + pick(offsets)),
      action: `${type}.${pick(['create', 'update', 'delete'])}`,
      outcome: pick(['success', 'success', 'success', 'denied', 'failed']),
      resource_type: type,
      resource_id: `id-${number}`,
      resource_display_id: `${type} No. ${number} of 100%`,
      changed_fields: below(2) === 0 ? ['name'] : ['name', 'status'],
      actor_type: actor.id === 'system' ? 'system' : 'user',
      actor_id: actor.id,
      actor_display_name: actor.name,
      org_id: org?.id ?? null,
      org_name: org?.name ?? null,
    };
  });
}

/** Writes them, in the partitions that they need. */
export async function writeEntries({ database: { db, pool } }: Pick<TestGateway, 'database'>, entries: readonly Entry[]): Promise<void> {
  const first = [...entries].map(({ created_at: at }) => at).sort()[0] ?? isoMicros(Date.now() * 1_000);
  await pool.query('select make_audit_partitions($1::date, current_date)', [first.slice(0, 10)]);
  await db
    .insertInto('platform_audit_log')
    .values([...entries])
    .execute();
}
