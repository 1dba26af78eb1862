/** Why a value is refused: pydantic v2's `type`, message and context, which both surfaces document. */
export interface Fault {
  readonly type: string;
  readonly msg: string;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** A value that was accepted, as it goes on, or why it is not. */
export type Checked = { readonly value: unknown } | { readonly fault: Fault };

/** The value is fine, and goes on like this. */
export function accepted(value: unknown): Checked {
  return { value };
}

/** The value breaks a rule; `ctx` names the bound. */
export function refusedAs(type: string, msg: string, ctx?: Fault['ctx']): Checked {
  return { fault: ctx ? { type, msg, ctx } : { type, msg } };
}

/** A broken rule that has no type of its own. */
export function refusedValue(reason: string): Checked {
  return refusedAs('value_error', `Value error, ${reason}`, { error: reason });
}

/** `1 character`, `2 characters`. */
export function characters(count: number): string {
  return `${count} character${count === 1 ? '' : 's'}`;
}

/** `'a', 'b' or 'c'`. */
export function alternatives(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop() ?? '';
  return quoted.length > 0 ? `${quoted.join(', ')} or ${last}` : last;
}
