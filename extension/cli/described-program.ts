import path from 'node:path';
import { type BuildResult, buildGiven } from '../../simulator/project/build';
import { givenProgram, projectFileOf, readerFor } from './guest';
import type { AssemblyOptions } from './options';

/** A program as a file describes it that lies in a folder: its paths are seen from there. */
export interface DescribedProgram extends Omit<AssemblyOptions, 'files' | 'entry'> {
  readonly program: readonly string[];
  readonly linkOptions: readonly string[] | undefined;
  readonly loadAddress: bigint | undefined;
  /** Where a flat binary lies. */
  readonly imageAddress: bigint;
}

/** Assembles and links (or loads) a program that a file in a folder describes, as its `hyperstep.json` says. */
export async function buildDescribed(described: DescribedProgram, folder: string): Promise<BuildResult> {
  const { program, linkerScript, linkOptions, includePaths, loadAddress, imageAddress, ...rest } = described;
  const given = {
    ...givenProgram({
      ...rest,
      files: program.map((file) => inFolder(folder, file)),
      includePaths: includePaths.map((file) => inFolder(folder, file)),
      linkerScript: linkerScript && inFolder(folder, linkerScript),
      entry: undefined,
    }),
    ...(linkOptions === undefined ? {} : { linkOptions }),
    ...{ imageAddress, loadAddress },
  };
  const read = readerFor(given);
  return buildGiven(given, await projectFileOf(given, read), read, {
    databases: { absolute: (file: string) => path.resolve(file) },
  });
}

/** A path that stands in a file of a folder. */
export function inFolder(folder: string, file: string): string {
  return path.isAbsolute(file) ? file : path.join(folder, file);
}
