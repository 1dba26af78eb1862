import type { BenchCase } from '../case.js';
import { orgById } from './orgById.js';
import { orgsWithMembers } from './orgsWithMembers.js';

/** Every case, in the order in which they run. */
export const cases: readonly BenchCase[] = [...orgById, ...orgsWithMembers];
