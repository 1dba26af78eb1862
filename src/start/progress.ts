/** Says on standard output what the start is busy with. */
export type Progress = (line: string) => void;

/** Says it as a line. */
export const printed: Progress = (line) => {
  process.stdout.write(`${line}\n`);
};
