import { joinPath } from '../assembler/source/paths';
import { withLinkPaths } from '../linker/options';
import type { GivenProgram } from './project-file';

/** A program as a file describes it that lies in a folder: its paths are seen from there. What the file does not say is undefined. */
export interface DescribedProgram {
  readonly program: readonly string[];
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly linkerScript: string | undefined;
  readonly linkOptions: readonly string[] | undefined;
  readonly march: string | undefined;
  readonly mabi: string | undefined;
  readonly relax: boolean | undefined;
  readonly loadAddress: bigint | undefined;
  /** Where a flat binary lies. */
  readonly imageAddress: bigint;
}

/** What is to be made of a program that a file in a folder describes. */
export function givenIn(folder: string, described: DescribedProgram): GivenProgram {
  const { program, includePaths, defines, linkerScript, linkOptions, march, mabi, relax } = described;
  const { loadAddress, imageAddress } = described;
  const inFolder = (path: string): string => joinPath(folder, path);
  return {
    program: program.map(inFolder),
    includePaths: includePaths.map(inFolder),
    defines,
    ...(march === undefined ? {} : { march }),
    ...(mabi === undefined ? {} : { mabi }),
    ...(linkerScript === undefined ? {} : { linkerScript: inFolder(linkerScript) }),
    ...(linkOptions === undefined ? {} : { linkOptions: withLinkPaths(linkOptions, inFolder) }),
    ...(relax === undefined ? {} : { relax }),
    ...{ imageAddress, loadAddress },
  };
}
