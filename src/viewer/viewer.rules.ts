import { isSignedIn, type Rules, withParent } from '../access/rule.js';

export const viewerRules: Rules = {
  Query: { viewer: isSignedIn },
  // The user is the caller, as they were when `viewer` let them in.
  Viewer: { '*': withParent, user: isSignedIn },
};
