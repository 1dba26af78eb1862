import { v7 as uuidv7 } from 'uuid';
import { type Choices, choicesFrom } from './random.js';
import type { DemoEntry } from './rows.js';

const seed = 20_260_101;
const dayMs = 86_400_000;
/** How far back the demo's past reaches: within the months for which the trail has partitions from the start. */
const pastDays = 80;

/** Whoever did something. */
export interface DemoActor {
  readonly id: string;
  readonly displayName: string;
}

/** Times, ids and choices of the demo's past, and the trail that grows with it. */
export interface Past {
  readonly choose: Choices;
  /** Milliseconds. */
  readonly start: number;
  /** A moment within so many days behind another, in milliseconds. */
  readonly within: (days: number, after: number) => number;
  /** Any moment behind another, and before now. */
  readonly since: (after: number) => number;
  readonly entries: DemoEntry[];
  /** Adds an entry that an act of that moment would have left; the admin's where nobody else is named. */
  readonly record: (at: number, entry: Omit<DemoEntry, 'id' | 'created_at' | 'actor_id' | 'actor_display_name'>, actor?: DemoActor) => void;
}

export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A UUIDv7 of that moment. */
export function idAt(at: number): string {
  return uuidv7({ msecs: at });
}

/** Letters that a slug or an address can have. */
export function ascii(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/ø/g, 'o')
    .replace(/ı/g, 'i')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

/** A past that ends now. @param now milliseconds */
export function createPast(now: number, admin: DemoActor): Past {
  const choose = choicesFrom(seed);
  const entries: DemoEntry[] = [];
  return {
    choose,
    start: now - pastDays * dayMs,
    within: (days, after) => after + choose.below(days * dayMs),
    since: (after) => after + choose.below(Math.max(1, now - after - 60_000)),
    entries,
    record(at, entry, actor = admin) {
      entries.push({ id: idAt(at), created_at: iso(at), actor_id: actor.id, actor_display_name: actor.displayName, ...entry });
    },
  };
}
