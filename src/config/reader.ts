/** Reads the text of one environment variable. */
export interface Reader<T> {
  /** What the text must be, as the end of a sentence: "must be …". */
  readonly expected: string;
  /** @returns undefined where the text is not what is expected */
  readonly read: (text: string) => T | undefined;
}

/** A whole number in decimal digits alone; both bounds are allowed. `80x`, `8e3` and `+80` are none. */
export function integer(min: number, max: number, unit = ''): Reader<number> {
  return {
    expected: `a whole number from ${min} to ${max}${unit && ` (${unit})`}`,
    read(text) {
      if (!/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
      const number = Number(text);
      return number >= min && number <= max ? number : undefined;
    },
  };
}

/** One of a few words, spelled just so. */
export function oneOf<const W extends string>(...words: readonly W[]): Reader<W> {
  return { expected: `one of ${words.join(', ')}`, read: (text) => words.find((word) => word === text) };
}

export const boolean: Reader<boolean> = {
  expected: 'true or false',
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

/** A text whose length in characters (code points) is within the bounds, with no control character in it. */
export function text(min: number, max: number): Reader<string> {
  return {
    expected: `a text of ${min} to ${max} characters`,
    read(value) {
      const { length } = [...value];
      return length >= min && length <= max && !/\p{Cc}/u.test(value) ? value : undefined;
    },
  };
}

/** A comma-separated list without empty items; space around an item does not count, and neither does an item's repetition. */
export function list<T>(item: Reader<T>, expected: string): Reader<readonly T[]> {
  return {
    expected,
    read(value) {
      const read = value.split(',').map((part) => item.read(part.trim()));
      const items = read.filter((part) => part !== undefined);
      return items.length === read.length ? [...new Set(items)] : undefined;
    },
  };
}
