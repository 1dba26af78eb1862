import { describe, expect, it } from '@jest/globals';
import { missingFromOurs } from './compare.js';
import { contractOf } from './documents.js';

// biome-ignore lint/suspicious/noExplicitAny: paths into the contract are known here, and its types are not.
type Open = any;

/** The contract with one value changed, which the comparison must see. */
function changed(change: (document: Open) => void): Record<string, unknown> {
  const copy = structuredClone(contractOf('platform'));
  change(copy);
  return copy;
}

const changes: readonly (readonly [string, (document: Open) => void, string])[] = [
  ['a path', (d) => delete d.paths['/api/v1/platform/me'], 'GET /api/v1/platform/me: not served'],
  ['a parameter', (d) => d.paths['/api/v1/platform/orgs'].get.parameters.shift(), 'query parameter search is missing'],
  ['a default', (d) => delete d.paths['/api/v1/platform/users'].get.parameters[3].schema.default, 'page_size: default is undefined'],
  ['a bound', (d) => Object.assign(d.paths['/api/v1/platform/users'].get.parameters[3].schema, { maximum: 50 }), 'maximum is 50'],
  ['a status', (d) => delete d.paths['/api/v1/platform/orgs/{org_uuid}'].patch.responses['409'], 'status 409 is missing'],
  ['a permission', (d) => delete d.paths['/api/v1/platform/orgs'].get['x-permission'], 'x-permission is undefined'],
  ['a response field', (d) => delete d.components.schemas.Me.properties.groups, '200: groups is missing'],
  ['a required response field', (d) => d.components.schemas.Me.required.pop(), 'is not required, documented as required'],
  ['a type', (d) => Object.assign(d.components.schemas.OrgListItem.properties.version, { type: 'string' }), 'version: type is string'],
  [
    'a null that was excluded',
    (d) => Object.assign(d.components.schemas.Me.properties.email, { type: ['string', 'null'] }),
    'email: type is',
  ],
  ['a format', (d) => delete d.components.schemas.Me.properties.id.format, 'id: format is undefined'],
  ['a value of an enum', (d) => d.components.schemas.MemberSortBy.enum.pop(), 'sort_by: values are display_name, email,'],
  [
    'a member of a body',
    (d) => delete bodyOf(d.paths['/api/v1/platform/orgs/{org_uuid}'].patch).properties.website,
    'body: website is missing',
  ],
  [
    'a null that a body may have',
    (d) => Object.assign(bodyOf(d.paths['/api/v1/platform/orgs/{org_uuid}'].patch).properties.name, { type: 'string' }),
    'body: name: type is string, documented string or null',
  ],
  [
    'a member that becomes required',
    (d) => bodyOf(d.paths['/api/v1/platform/orgs/{org_uuid}'].patch).required.push('name'),
    'body: name: is required, documented as optional',
  ],
];

function bodyOf(operation: Open): Open {
  return operation.requestBody.content['application/json'].schema;
}

describe('missingFromOurs', () => {
  it.each(['platform', 'v1'] as const)('finds nothing missing in the contract of %s itself', (surface) => {
    expect(missingFromOurs(contractOf(surface), contractOf(surface))).toEqual([]);
  });

  it.each(changes)('sees the loss of %s', (_what, change, message) => {
    expect(missingFromOurs(contractOf('platform'), changed(change)).join('\n')).toContain(message);
  });

  it('does not mind what the contract lacks', () => {
    const more = changed((d: Open) => {
      d.components.schemas.Me.properties.more = { type: 'string' };
      d.components.schemas.Me.required.push('more');
      d.paths['/api/v1/platform/orgs'].get.parameters.push({ name: 'more', in: 'query', required: false, schema: { type: 'string' } });
    });
    expect(missingFromOurs(contractOf('platform'), more)).toEqual([]);
  });
});
