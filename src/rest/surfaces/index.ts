import type { Surface } from '../surface.js';
import { platform } from './platform.js';
import { v1 } from './v1.js';

/** Every REST surface. */
export const surfaces: readonly Surface[] = [platform, v1];
