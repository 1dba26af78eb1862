/** Says on standard output what the start is busy with. */
export type Progress = (line: string) => void;

export const printed: Progress = (line) => {
  process.stdout.write(`${line}\n`);
};
