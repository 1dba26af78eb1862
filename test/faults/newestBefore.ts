/** The newest migration that programBefore.ts leaves; apart from it, for those who must not become that program by naming it. */
export const newestBefore = '0016_move';
