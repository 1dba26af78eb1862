import type { Issue } from './issue.js';

/** A request whose parameters are wrong; the surface answers it with a 422. */
export class RequestInvalid extends Error {
  override readonly name = 'RequestInvalid';

  constructor(readonly issues: readonly Issue[]) {
    super('The request is not valid.');
  }
}
