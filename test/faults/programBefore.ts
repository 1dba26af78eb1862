/**
 * Makes of the program the one before the last three migrations of the control plane: imported ahead of the rest of a program, in a process of
 * its own. It serves what needs none of them.
 */
import { migrations } from '../../migrations/index.js';
import { newestBefore } from './newestBefore.js';

for (const name of Object.keys(migrations)) if (name > newestBefore) Reflect.deleteProperty(migrations, name);
