import { requireBetween } from '../../input.js';
import type { SeedOrgInput } from '../jobs.types.js';

/** How many rows of each kind a seeding makes, beside the definitions and codes, which are the same in every org. */
export interface SeedCounts {
  readonly locations: number;
  readonly providers: number;
  readonly patients: number;
  readonly appointments: number;
}

const usual: SeedCounts = { locations: 5, providers: 20, patients: 1_000, appointments: 3_000 };
const most: SeedCounts = { locations: 100, providers: 1_000, patients: 1_000_000, appointments: 5_000_000 };

/**
 * What is asked for, with the defaults for the rest.
 * @param maxLocations how many locations the org may have
 * @throws Invalid naming a count outside its bounds
 */
export function seedCountsOf(input: SeedOrgInput | null | undefined, maxLocations: number): SeedCounts {
  const count = (name: keyof SeedCounts): number => {
    const value = input?.[name];
    requireBetween(name, value, 1, most[name]);
    return value ?? usual[name];
  };
  return {
    locations: Math.min(count('locations'), maxLocations),
    providers: count('providers'),
    patients: count('patients'),
    appointments: count('appointments'),
  };
}

/** The counts that a job was queued with. @throws Error where there are none: no job is queued so */
export function keptCounts(payload: unknown): SeedCounts {
  const read = (name: keyof SeedCounts): number => {
    const value = typeof payload === 'object' && payload !== null ? Reflect.get(payload, name) : undefined;
    if (typeof value !== 'number') throw new Error(`The job does not say how many ${name} it makes.`);
    return value;
  };
  return { locations: read('locations'), providers: read('providers'), patients: read('patients'), appointments: read('appointments') };
}
