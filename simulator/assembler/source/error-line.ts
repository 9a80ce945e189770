import type { Diagnostic } from './diagnostic';

/** What is wrong with a file, as compilers print it: lines and columns from 1. */
export const errorLine =
  (file: string) =>
  ({ range: { start }, message }: Pick<Diagnostic, 'range' | 'message'>): string =>
    `${file}:${start.line + 1}:${start.column + 1}: error: ${message}`;
