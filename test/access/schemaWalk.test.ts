import { describe, expect, it } from '@jest/globals';
import { type GraphQLObjectType, getNamedType, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { isPublic, sameAudience, withParent } from '../../src/access/rule.js';
import { ruleOf } from '../../src/access/shield.js';
import { buildUnguardedSchema, rulesOf } from '../../src/schema/schema.js';
import { checkedFields, refusesAnonymous } from './rules.js';

const schema = buildUnguardedSchema();
const rules = rulesOf(schema);
const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));
const objects = types.filter((type): type is GraphQLObjectType => isObjectType(type));
const fields = objects.flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({ type, field, at: `${type.name}.${field.name}` })),
);

/** Fields that anyone may call, signed in or not. A new one is added here by a reviewer, on purpose. */
const publicFields = [
  'Mutation.login',
  'Mutation.refreshToken',
  'Mutation.requestPasswordReset',
  'Mutation.resetPassword',
  'Mutation.verifyEmail',
];

/** Types that one caller may see and another may not: whatever leads to one of them decides. */
const decidedOn = [
  'User',
  'Org',
  'OrgMembership',
  'Workspace',
  'WorkspaceMember',
  'ApiKey',
  'Job',
  'Location',
  'Provider',
  'Patient',
  'Appointment',
];

/** Pages of a list are part of it: the list's own field has decided. */
const isPartOfAPage = (type: GraphQLObjectType) => /(Connection|Edge)$/.test(type.name);

describe('every field of the schema', () => {
  it.each(fields.map(({ at, type, field }) => ({ at, type: type.name, field: field.name })))('$at carries a rule', ({ type, field }) => {
    expect(ruleOf(rules, type, field)).toBeDefined();
  });

  it('is public only where the list says so', () => {
    const found = fields.filter(({ type, field }) => ruleOf(rules, type.name, field.name) === isPublic).map(({ at }) => at);
    expect(found.sort()).toEqual(publicFields);
  });

  it('of a root type decides for itself', () => {
    const roots = fields.filter(({ type }) => ['Query', 'Mutation', 'Subscription'].includes(type.name));
    const idle = roots.filter(({ type, field }) => [withParent, sameAudience, undefined].includes(ruleOf(rules, type.name, field.name)));
    expect(roots.length).toBeGreaterThan(10);
    expect(idle.map(({ at }) => at)).toEqual([]);
  });

  it('whose rule checks anything refuses who is not signed in', async () => {
    const open = [];
    for (const at of checkedFields()) {
      const [type = '', field = ''] = at.split('.');
      const rule = ruleOf(rules, type, field);
      if (!rule || !(await refusesAnonymous(rule))) open.push(at);
    }
    expect(open).toEqual([]);
  });

  it('that leads to an object which rules decide on has a rule of its own', () => {
    const edges = fields.filter(({ type, field }) => {
      const target = getNamedType(field.type).name.replace(/Connection$/, '');
      return decidedOn.includes(target) && !isPartOfAPage(type);
    });
    const open = edges.filter(({ type, field }) => ruleOf(rules, type.name, field.name) === withParent);
    expect(edges.length).toBeGreaterThan(10);
    expect(open.map(({ at }) => at)).toEqual([]);
  });
});

describe('every rule', () => {
  it('stands beside a field that exists', () => {
    const strays = Object.entries(rules).flatMap(([type, lines]) => {
      const found = objects.find((each) => each.name === type)?.getFields();
      return Object.keys(lines)
        .filter((field) => !found?.[field])
        .map((field) => `${type}.${field}`);
    });
    expect(strays).toEqual([]);
  });
});

describe('the explorer', () => {
  it('finds a description on every type, field, argument and input', () => {
    const bare = types.flatMap((type) => {
      const own =
        type.description || ['Query', 'Mutation', 'Subscription', 'Int', 'String', 'Boolean', 'ID', 'Float'].includes(type.name)
          ? []
          : [type.name];
      if (isEnumType(type) || (!isObjectType(type) && !isInputObjectType(type))) return own;
      const inside = Object.values(type.getFields()).filter((field) => !field.description);
      return [...own, ...inside.map((field) => `${type.name}.${field.name}`)];
    });
    expect(bare).toEqual([]);
  });
});
