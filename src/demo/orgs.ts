import { schemaNameOf } from '../tenancy/schemaName.js';
import { cities, places, practices } from './names.js';
import { ascii, idAt, iso, type Past } from './past.js';
import type { DemoOrg } from './rows.js';

function nameOf({ choose }: Past, i: number): string {
  const name = `${places[i % places.length]} ${choose.oneOf(practices)}`;
  return i < places.length ? name : `${name} ${choose.oneOf(cities)[0]} ${i}`;
}

/** An org, and the changes that brought it to where it is. */
export function makeOrg(past: Past, i: number): DemoOrg {
  const { choose, record } = past;
  const name = nameOf(past, i);
  const slug = ascii(name);
  const made = past.within(20, past.start);
  const id = idAt(made);
  const [hqCity, hqCountry] = choose.oneOf(cities);
  const resource = { resource_type: 'org', resource_id: id, resource_display_id: slug, org: id };
  const first = {
    name,
    slug,
    status: 'active' as DemoOrg['status'],
    accountType: 'starter',
    onboardingStatus: 'pending',
    maxLocations: 1,
    hqCity,
    hqCountry,
    contactEmail: `hello@${slug}.example`,
    version: 1,
  };
  record(made, { ...resource, action: 'org.create', changed_fields: Object.keys(first), before: null, after: first });

  let [state, at] = [first, made];
  const change = (action: string, changes: Partial<typeof first>) => {
    const after = { ...state, ...changes, version: state.version + 1 };
    at = past.since(at);
    record(at, { ...resource, action, changed_fields: [...Object.keys(changes), 'version'], before: state, after });
    state = after;
  };
  if (choose.chance(0.8)) change('org.update', { onboardingStatus: 'in_progress' });
  if (state.version > 1 && choose.chance(0.7)) change('org.update', { onboardingStatus: 'completed' });
  if (choose.chance(0.5)) {
    change('org.update_billing', { accountType: choose.oneOf(['professional', 'enterprise']), maxLocations: 2 + choose.below(40) });
  }
  if (i % 17 === 16) change('org.suspend', { status: 'suspended' });

  return {
    public_id: id,
    name,
    slug,
    schema_name: schemaNameOf(slug, id),
    status: state.status,
    account_type: state.accountType,
    onboarding_status: state.onboardingStatus,
    max_locations: state.maxLocations,
    hq_city: hqCity,
    hq_country: hqCountry,
    contact_email: state.contactEmail,
    version: state.version,
    created_at: iso(made),
    updated_at: iso(at),
  };
}
