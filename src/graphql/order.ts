import { registerEnumType } from 'type-graphql';

export const OrderDirection = { ASC: 'asc', DESC: 'desc' } as const;
export type OrderDirection = (typeof OrderDirection)[keyof typeof OrderDirection];

registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Which end of the list comes first.',
  valuesConfig: { ASC: { description: 'The smallest, or earliest, first.' }, DESC: { description: 'The largest, or latest, first.' } },
});
