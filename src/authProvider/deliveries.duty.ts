import type { Duty } from '../worker/duty.js';

/** Tells the auth provider what it has yet to be told. */
export const authProviderDeliveries: Duty = {
  name: 'auth provider deliveries',
  every: 1_000,
  run: (ctx) => ctx.authProvider.deliver(ctx),
};
