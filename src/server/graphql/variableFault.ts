import type { GraphQLError } from 'graphql';

const prefix = /^(Variable "\$\w+") got invalid value /;
// The names of fields and the numbers of places, so that nothing of a value passes for them.
const place = / at "([\w.[\]]+)"; $/;

/**
 * What is wrong with a variable, in graphql-js’s words but without the value that it repeats, which may be a password: an answer is kept
 * by proxies and by programs that log it. Any other message stays as it is.
 */
export function variableFault({ message, originalError }: GraphQLError): string {
  const [, variable] = prefix.exec(message) ?? [];
  if (!variable || !originalError || !message.endsWith(originalError.message)) return message;
  const [, path] = place.exec(message.slice(0, -originalError.message.length)) ?? [];
  // "String cannot represent a non string value: [1]": what follows the colon is the value again.
  const reason = originalError.message.replace(/: [\s\S]*$/, '.');
  return `${variable} got an invalid value${path ? ` at "${path}"` : ''}; ${reason}`;
}
