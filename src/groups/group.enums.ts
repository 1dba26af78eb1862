import { registerEnumType } from 'type-graphql';

export const GroupStatus = { ACTIVE: 'active', ARCHIVED: 'archived' } as const;
export type GroupStatus = (typeof GroupStatus)[keyof typeof GroupStatus];
registerEnumType(GroupStatus, {
  name: 'GroupStatus',
  description: 'Whether a group gives its permissions.',
  valuesConfig: { ACTIVE: { description: 'It does.' }, ARCHIVED: { description: 'It was deleted, and gives nothing.' } },
});
