import type { Bounds } from '../annotations.js';
import { accepted, type Checked, refusedAs } from './fault.js';

// GraphQL's Int has 32 bits.
const widest: Bounds = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/**
 * A whole number: a JSON number without a fraction, or a text of one, as pydantic takes them. `1.5`, `1e3`, `true` and the empty
 * text are none.
 */
export function checkInt(value: unknown, bounds: Bounds): Checked {
  if (typeof value === 'string') {
    const digits = value.trim();
    if (!/^[+-]?\d+(\.0+)?$/.test(digits)) {
      return refusedAs('int_parsing', 'Input should be a valid integer, unable to parse string as an integer');
    }
    return withinBounds(Number(digits), { ...widest, ...bounds });
  }
  if (typeof value !== 'number') return refusedAs('int_type', 'Input should be a valid integer');
  if (!Number.isInteger(value)) {
    return refusedAs('int_from_float', 'Input should be a valid integer, got a number with a fractional part');
  }
  return withinBounds(value, { ...widest, ...bounds });
}

/** A finite number, or a text of one. */
export function checkFloat(value: unknown, bounds: Bounds): Checked {
  if (typeof value === 'string') {
    if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) {
      return refusedAs('float_parsing', 'Input should be a valid number, unable to parse string as a number');
    }
    return checkFloat(Number(value), bounds);
  }
  if (typeof value !== 'number') return refusedAs('float_type', 'Input should be a valid number');
  if (!Number.isFinite(value)) return refusedAs('finite_number', 'Input should be a finite number');
  return withinBounds(value, bounds);
}

function withinBounds(value: number, { min, max }: Bounds): Checked {
  if (min !== undefined && value < min) {
    return refusedAs('greater_than_equal', `Input should be greater than or equal to ${min}`, { ge: min });
  }
  if (max !== undefined && value > max) return refusedAs('less_than_equal', `Input should be less than or equal to ${max}`, { le: max });
  return accepted(value);
}
