import { permissions } from '../access/permissions.js';

export interface SystemGroup {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
}

const all = permissions.map(({ key }) => key);
const reads = all.filter((key) => /\.(list|read)$/.test(key));

/** The name of the group that holds every permission. */
export const ownersName = 'Platform owners';

/** The groups that the platform brings. They can be assigned, and not changed. */
export const systemGroups: readonly SystemGroup[] = [
  { name: ownersName, description: 'Everything.', permissions: all },
  {
    name: 'Support',
    description: 'Reads everything, and acts as a user to see what they see.',
    permissions: [...reads, 'platform.impersonation.start'],
  },
  {
    name: 'Org managers',
    description: 'Makes, changes, suspends and seeds orgs, and sees to their billing.',
    permissions: all.filter(
      (key) => /^platform\.(orgs|billing)\./.test(key) || key === 'platform.users.list' || key === 'platform.users.read',
    ),
  },
  {
    name: 'User managers',
    description: 'Makes, changes, deactivates and reactivates users.',
    permissions: all.filter((key) => key.startsWith('platform.users.') || key === 'platform.orgs.list' || key === 'platform.orgs.read'),
  },
  {
    name: 'Auditors',
    description: 'Reads and exports the audit trail.',
    permissions: all.filter((key) => key.startsWith('platform.audit.')),
  },
  { name: 'Observers', description: 'Reads everything, and changes nothing.', permissions: reads },
];
