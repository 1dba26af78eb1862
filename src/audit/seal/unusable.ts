/** What an operator gave a command, a file or an option, is not what it takes. The message is written for them. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}
