import type { LabProblem } from './lab';

/** A problem of a file as compilers print it: lines and columns from 1. */
export const problemLine =
  (file: string) =>
  ({ range: { start }, message }: LabProblem): string =>
    `${file}:${start.line + 1}:${start.column + 1}: error: ${message}`;
