import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Check } from './check.js';
import { secretInText } from './secret.checks.js';

/** A file outside of the database where no secret belongs: a log, or an export. Read line by line, whatever its size. */
export function noSecretInFile(file: string): Check {
  return {
    name: `No secret stands in ${file}`,
    async find() {
      const found: string[] = [];
      let line = 0;
      for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
        line += 1;
        if (secretInText.test(text)) found.push(`${file} has what looks like a secret, in line ${line}.`);
      }
      return found;
    },
  };
}
