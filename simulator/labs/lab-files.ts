import { isAbsolutePath, joinPath } from '../assembler/source/paths';
import { type ReadFile, UnreadableFile } from '../assembler/source/read-file';
import { CHECKS } from './checks-folder';
import type { Task } from './lab';

/** Where the files of a lab are read. Paths have slashes, and stay in their folder: who gives these need not look for `..`. */
export interface LabFiles {
  /** A file of the student's folder. */
  readonly workspace: ReadFile;
  /** A file of the lab's folder `checks`. */
  readonly checks: ReadFile;
  /** Of the lab's folder `instructor/checks`, which students do not have. */
  readonly instructor?: InstructorChecks | undefined;
}

export interface InstructorChecks {
  /** Its files of tests. */
  readonly names: readonly string[];
  /** Further tasks: those of its `lab.json`, where there is one. */
  readonly tasks: readonly Task[];
  readonly read: ReadFile;
}

export const INSTRUCTOR_CHECKS = 'instructor/checks/';

/** Reads what the programs of a lab name: the student's files, and those of the lab. Nothing else of the computer is there. */
export function labReader({ workspace, checks, instructor }: LabFiles): ReadFile {
  return async (path) => {
    const plain = joinPath('', path).replaceAll('\\', '/');
    if (isAbsolutePath(path) || plain === '..' || plain.startsWith('../'))
      return new UnreadableFile('is outside the folder of the lab, and not read');
    if (plain.startsWith(CHECKS)) return checks(plain.slice(CHECKS.length));
    if (plain.startsWith(INSTRUCTOR_CHECKS)) return instructor?.read(plain.slice(INSTRUCTOR_CHECKS.length));
    return workspace(plain);
  };
}
