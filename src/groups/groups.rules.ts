import { each, type Rules, withParent } from '../access/rule.js';

export const groupRules: Rules = {
  Group: each(withParent, 'id', 'name', 'description', 'isSystem', 'version'),
};
