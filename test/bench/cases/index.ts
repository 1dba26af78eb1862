import type { BenchCase } from '../case.js';
import { audit } from './audit.js';
import { orgBilling } from './orgBilling.js';
import { orgById } from './orgById.js';
import { orgsWithMembers } from './orgsWithMembers.js';
import { usersBySearch } from './usersBySearch.js';

/** Every case, in the order in which they run. */
export const cases: readonly BenchCase[] = [...orgsWithMembers, ...orgById, ...usersBySearch, ...audit, ...orgBilling];
