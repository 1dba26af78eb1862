import type { GraphQLInputObjectType, GraphQLScalarType } from 'graphql';
import type { Bounds } from '../annotations.js';
import { type InputShape, membersOf } from '../inputShape.js';
import type { Issue } from '../issue.js';
import { isRecord } from '../record.js';
import { checkBoolean } from './boolean.js';
import { checkDateOrDateTime, checkDateTime } from './datetime.js';
import { checkEmail } from './email.js';
import { accepted, alternatives, type Checked, type Fault, refusedAs, refusedValue } from './fault.js';
import { checkJsonObject } from './jsonObject.js';
import { checkFloat, checkInt } from './number.js';
import { echo, isSecret } from './secrecy.js';
import { checkText } from './text.js';
import { checkUuid } from './uuid.js';

type Loc = readonly (string | number)[];

/** Checks one value and returns it as it goes on; what is wrong is added to `issues`, and the result is then of no use. */
export type Check = (value: unknown, loc: Loc, issues: Issue[]) => unknown;

const scalarChecks: Readonly<Record<string, (value: unknown, bounds: Bounds) => Checked>> = {
  Int: checkInt,
  Float: checkFloat,
  Boolean: checkBoolean,
  String: checkText,
  // Every id of the API is a UUID.
  ID: checkUuid,
  UUID: checkUuid,
  EmailAddress: checkEmail,
  DateTime: checkDateTime,
  DateOrDateTime: checkDateOrDateTime,
  JSONObject: checkJsonObject,
};

/** The check of a shape, made once. Null passes where the shape is nullable. */
export function checkOf(shape: InputShape): Check {
  const check = plainCheckOf(shape);
  return shape.nullable ? (value, loc, issues) => (value === null ? null : check(value, loc, issues)) : check;
}

function plainCheckOf(shape: InputShape): Check {
  switch (shape.kind) {
    case 'scalar':
      return leafCheck(scalarCheck(shape.type, shape.bounds));
    case 'enum':
      return leafCheck(enumCheck(shape.type.getValues().map(({ name }) => name)));
    case 'list':
      return listCheck(checkOf(shape.of));
    case 'object':
      return objectCheck(shape.type);
  }
}

/** An issue that says of `input` no more than it may. */
export function issueOf(loc: Loc, { msg, type, ctx }: Fault, input: unknown): Issue {
  return { loc, msg, type, ...(isSecret(loc) ? {} : echo(input)), ...(ctx ? { ctx } : {}) };
}

function leafCheck(check: (value: unknown) => Checked): Check {
  return (value, loc, issues) => {
    const checked = check(value);
    if ('value' in checked) return checked.value;
    issues.push(issueOf(loc, checked.fault, value));
    return undefined;
  };
}

/** GraphQL would refuse what a scalar's own parser refuses, and with no place in the request: so it is asked here. */
function scalarCheck(type: GraphQLScalarType, bounds: Bounds): (value: unknown) => Checked {
  const check = scalarChecks[type.name] ?? accepted;
  return (value) => {
    const checked = check(value, bounds);
    if ('fault' in checked) return checked;
    try {
      type.parseValue(checked.value);
      return checked;
    } catch (error) {
      return refusedValue(error instanceof Error ? error.message : `not a valid ${type.name}`);
    }
  };
}

function enumCheck(names: readonly string[]): (value: unknown) => Checked {
  const known = new Set<unknown>(names);
  const expected = alternatives(names);
  return (value) => (known.has(value) ? accepted(value) : refusedAs('enum', `Input should be ${expected}`, { expected }));
}

function listCheck(check: Check): Check {
  return (value, loc, issues) => {
    if (Array.isArray(value)) return value.map((item, i) => check(item, [...loc, i], issues));
    issues.push(issueOf(loc, { type: 'list_type', msg: 'Input should be a valid list' }, value));
    return undefined;
  };
}

const objectChecks = new WeakMap<GraphQLInputObjectType, Check>();

/** Kept by type, because input objects may contain themselves. Members that the type does not have are ignored. */
function objectCheck(type: GraphQLInputObjectType): Check {
  const known = objectChecks.get(type);
  if (known) return known;
  let members: { name: string; required: boolean; check: Check }[] | undefined;
  const check: Check = (value, loc, issues) => {
    if (!isRecord(value)) {
      issues.push(issueOf(loc, { type: 'dict_type', msg: 'Input should be a valid dictionary' }, value));
      return undefined;
    }
    members ??= membersOf(type).map(({ name, required, shape }) => ({ name, required, check: checkOf(shape) }));
    const result: Record<string, unknown> = {};
    for (const member of members) {
      if (Object.hasOwn(value, member.name)) result[member.name] = member.check(value[member.name], [...loc, member.name], issues);
      else if (member.required) issues.push(issueOf([...loc, member.name], { type: 'missing', msg: 'Field required' }, value));
    }
    return result;
  };
  objectChecks.set(type, check);
  return check;
}
