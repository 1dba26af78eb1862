import { each, hasPermission, type Rules, withParent } from '../access/rule.js';

export const settingsRules: Rules = {
  Query: { settings: hasPermission('platform.settings.read') },
  Mutation: { updateSettings: hasPermission('platform.settings.update') },
  Settings: each(
    withParent,
    'defaultAccountType',
    'impersonationEnabled',
    'impersonationTtlSeconds',
    'maxOrgsPerShard',
    'permissionEnforcement',
    'version',
    'updatedAt',
  ),
  UpdateSettingsPayload: each(withParent, 'settings'),
};
