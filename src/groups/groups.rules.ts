import { type Rules, withParent } from '../access/rule.js';

export const groupRules: Rules = {
  Group: { '*': withParent },
};
