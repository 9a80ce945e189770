import path from 'node:path';
import { type BuildResult, buildGiven } from '../../simulator/project/build';
import { type DescribedProgram, type GivenProgram, givenIn } from '../../simulator/project/index';
import { projectFileOf, readerFor } from './guest';

/** Assembles and links (or loads) a program that a file in a folder describes, as its `hyperstep.json` says. */
export function buildDescribed(described: DescribedProgram, folder: string): Promise<BuildResult> {
  return buildNamed(givenIn(folder, described));
}

/** Assembles and links (or loads) a program whose paths are seen from the working folder, as its `hyperstep.json` says. */
export async function buildNamed(given: GivenProgram): Promise<BuildResult> {
  const read = readerFor(given);
  return buildGiven(given, await projectFileOf(given, read), read, {
    databases: { absolute: (file: string) => path.resolve(file) },
  });
}

/** A path that stands in a file of a folder. */
export function inFolder(folder: string, file: string): string {
  return path.isAbsolute(file) ? file : path.join(folder, file);
}
