const noAnswer = 'Query read timeout';

/**
 * Whether an error says that no answer came in time, not even the one that the server had cancelled the statement: the server, or the way
 * to it, is gone. The connection is of no use any more: whatever is asked next would wait behind what was asked.
 */
export function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === noAnswer;
}
