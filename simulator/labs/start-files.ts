import { CHECKS } from './checks-folder';
import type { Lab, LabProblem } from './lab';

/** What a student's folder begins with, or what of it is not as the lab says: always one of the two. */
export type StartFiles =
  /** @property files by their paths in the student's folder, where they are in the lab's. */
  | { readonly files: ReadonlyMap<string, string>; readonly problems: readonly [] }
  | { readonly files: undefined; readonly problems: readonly LabProblem[] };

/** The folder of a lab with what is the student's to write. */
const START = 'start/';
/** The folder with those of each variant. */
const VARIANTS = 'variants/';
/** The text of a lab, and the pictures in it. */
const TEXT = /^[^/]+\.(md|svg|png)$/;

/**
 * The files with which a student begins: those of `start`, those of the lab's own that it gives, and its text. Who answers the questions, or
 * wants to begin, adds the file of answers.
 * @param files of the lab's folder, as paths with slashes
 * @param variant one of the lab's, whose files stand over those of `start`
 */
export function startFiles(
  { given, variants }: Pick<Lab, 'given' | 'variants'>,
  files: readonly string[],
  variant?: string,
): StartFiles {
  const known = new Set(files);
  const problems = given.flatMap(({ file, range }): LabProblem[] => {
    const message = problemOf(file, known);
    return message === undefined ? [] : [{ range, message: `"given": ${message}` }];
  });
  if (problems.length > 0) return { files: undefined, problems };
  const replaced = variant === undefined ? undefined : variants[variant]?.replaces;
  const within = (folder: string): [string, string][] =>
    files.filter((file) => file.startsWith(folder)).map((file) => [file.slice(folder.length), file]);
  return {
    files: new Map([
      ...within(START).filter(([file]) => file !== replaced),
      ...(variant === undefined ? [] : within(`${VARIANTS}${variant}/`)),
      ...given.map(({ file }): [string, string] => [file, CHECKS + file]),
      ...files.filter((file) => TEXT.test(file)).map((file): [string, string] => [file, file]),
    ]),
    problems: [],
  };
}

function problemOf(file: string, known: ReadonlySet<string>): string | undefined {
  if (!known.has(CHECKS + file))
    return `${CHECKS}${file} is not there: what is given is a file of the lab’s folder "checks"`;
  if (known.has(START + file)) return `${file} is in the lab’s folder "start" too: it is given from one of the two`;
  return undefined;
}
