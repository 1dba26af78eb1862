import type { Subject } from '../case.js';
import type { Server } from '../servers.js';

/** One way to run the product: on how much data, in how many processes, with or without a standby. */
export interface Setup {
  readonly name: string;
  /** They share the load. */
  readonly gateways: readonly [Server, ...Server[]];
  readonly subject: Subject;
}
