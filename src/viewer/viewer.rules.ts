import { each, isSignedIn, type Rules, withParent } from '../access/rule.js';

export const viewerRules: Rules = {
  Query: { viewer: isSignedIn },
  // The user is the caller, as they were when `viewer` let them in.
  Viewer: { ...each(withParent, 'credential', 'permissions'), user: isSignedIn },
};
