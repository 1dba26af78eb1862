import { cities, familyNames, givenNames, places, practices } from '../../demo/names.js';
import { ascii } from '../../demo/past.js';
import type { Choices } from '../../demo/random.js';
import { npiOf } from './npi.js';
import { choicesOf, ownNumber, type Seeding } from './seeding.js';
import { appointmentTypes, cancellationReasons, diagnoses, specialties } from './vocabulary.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const weekMs = 7 * dayMs;

const men: ReadonlySet<string> = new Set(
  'Bjørn Chen Diego Farid Hugo Ivan Jamal Kofi Lars Liam Marco Mateusz Noah Omar Ravi Samuel Tariq Tomás Viktor Wei Yusuf'.split(' '),
);
const timezones: Readonly<Record<string, string>> = {
  PT: 'Europe/Lisbon',
  FR: 'Europe/Paris',
  AT: 'Europe/Vienna',
  BE: 'Europe/Brussels',
  IT: 'Europe/Rome',
  SE: 'Europe/Stockholm',
  PL: 'Europe/Warsaw',
  IE: 'Europe/Dublin',
};

/** A street that there is not. */
const street = (choose: Choices) => `${1 + choose.below(180)} ${choose.oneOf(places)} Street`;
/** Numbers that are kept free for fiction. */
const phone = (choose: Choices) => `+1 202 555 01${String(choose.below(100)).padStart(2, '0')}`;
const postalCode = (choose: Choices) => String(1_000 + choose.below(9_000));
/** RFC 2606: no mail is ever delivered there. */
const email = (first: string, last: string, i: number) => `${ascii(first)}.${ascii(last)}.${i + 1}@example.com`;

/** Keys by which the org's own people know a row: a number gives the same one in each filling. */
const locationCode = (i: number) => `L-${String(i + 1).padStart(4, '0')}`;
const mrn = (i: number) => `MRN-${String(i + 1).padStart(7, '0')}`;
const npi = (seeding: Seeding, i: number) => npiOf(10_000_000 + ownNumber(seeding, 80_000_000) + i);

export function locationRow(seeding: Seeding, i: number) {
  const choose = choicesOf(seeding, 'locations', i);
  const [city, country] = choose.oneOf(cities);
  return {
    code: locationCode(i),
    name: `${choose.oneOf(places)} ${choose.oneOf(practices)}`,
    address_line1: street(choose),
    city,
    postal_code: postalCode(choose),
    country,
    phone: phone(choose),
    timezone: timezones[country] ?? 'UTC',
  };
}

/** The first providers go to one location each. */
const locationOfProvider = ({ counts }: Seeding, i: number) => i % counts.locations;

export function providerRow(seeding: Seeding, i: number) {
  const choose = choicesOf(seeding, 'providers', i);
  const [first, last] = [choose.oneOf(givenNames), choose.oneOf(familyNames)];
  return {
    npi: npi(seeding, i),
    first_name: first,
    last_name: last,
    title: choose.oneOf(['MD', 'MD', 'DO', 'NP', 'PA']),
    specialty: choose.oneOf(specialties).code,
    location: locationCode(locationOfProvider(seeding, i)),
    email: email(first, last, i),
    phone: phone(choose),
  };
}

export function patientRow(seeding: Seeding, i: number) {
  const choose = choicesOf(seeding, 'patients', i);
  const [first, last] = [choose.oneOf(givenNames), choose.oneOf(familyNames)];
  const provider = choose.below(seeding.counts.providers);
  const home = locationRow(seeding, locationOfProvider(seeding, provider));
  const born = seeding.orgSince - choose.below(95 * 365) * dayMs;
  return {
    mrn: mrn(i),
    first_name: first,
    last_name: last,
    birth_date: new Date(born).toISOString().slice(0, 10),
    sex: choose.chance(0.03) ? choose.oneOf(['other', 'unknown']) : men.has(first) ? 'male' : 'female',
    email: choose.chance(0.8) ? email(first, last, i) : null,
    phone: phone(choose),
    address_line1: street(choose),
    city: home.city,
    postal_code: postalCode(choose),
    country: home.country,
    // One of those that the org has, whichever they are.
    coverage: choose.below(1_000_000),
    provider: npi(seeding, provider),
    location: home.code,
  };
}

/** Hours of a working day at which a provider begins appointments. */
const firstHour = 8;
const hoursADay = 8;
const workingDays = 5;

/** The n-th hour that a provider works, counted from a Monday two weeks before the org was made. */
function workingHour({ orgSince }: Seeding, n: number): number {
  // The first day of the epoch was a Thursday.
  const monday = Math.floor((orgSince - 4 * dayMs) / weekMs) * weekMs + 4 * dayMs - 2 * weekMs;
  const day = Math.floor(n / hoursADay);
  const [week, weekday] = [Math.floor(day / workingDays), day % workingDays];
  return monday + week * weekMs + weekday * dayMs + (firstHour + (n % hoursADay)) * hourMs;
}

/** Providers are given appointments in turn, each at their next free hour. */
export function appointmentRow(seeding: Seeding, i: number) {
  const choose = choicesOf(seeding, 'appointments', i);
  const { counts } = seeding;
  const provider = i % counts.providers;
  const kind = choose.oneOf(appointmentTypes);
  const start = workingHour(seeding, Math.floor(i / counts.providers));
  const status = statusOf(choose, start < seeding.requestedAt);
  return {
    patient: mrn(choose.below(counts.patients)),
    provider: npi(seeding, provider),
    location: locationCode(locationOfProvider(seeding, provider)),
    type: kind.code,
    code: choose.oneOf(diagnoses).code,
    status,
    starts_at: new Date(start).toISOString(),
    ends_at: new Date(start + (kind.minutes ?? 30) * 60_000).toISOString(),
    reason: status === 'cancelled' ? choose.oneOf(cancellationReasons).code : null,
  };
}

function statusOf(choose: Choices, isPast: boolean): string {
  if (choose.chance(0.08)) return 'cancelled';
  if (!isPast) return choose.chance(0.5) ? 'confirmed' : 'scheduled';
  return choose.chance(0.06) ? 'no_show' : 'completed';
}
