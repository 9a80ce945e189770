import { folderOf, joinPath } from '../assembler/source/paths';
import { withLinkPaths } from '../project/index';
import type { Virtualization } from '../system/system';
import type { GuestTest, TestedProgram } from './guest-test';
import { sourcesBeside } from './tested-program';

/** How a test's guest is launched to be debugged. */
export interface TestLaunch {
  /** By the names of launch attributes; their paths are those of the file that says the test. Without `program` where that names none. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The sources that it may be about where it names none, the likeliest first. */
  readonly programs: readonly string[];
}

/** A launch with the options of a test, on one of its engines. @param file an absolute path or URI */
export function launchOfTest(
  file: string,
  { program, includePaths, defines, linkerScript, linkOptions, march, mabi, relax }: TestedProgram,
  { described, input }: GuestTest,
  virtualization: Virtualization,
): TestLaunch {
  const folder = folderOf(file);
  const absolute = (path: string): string => joinPath(folder, path);
  const { disks, bios, initrd, ...machine } = described;
  const attributes = {
    ...machine,
    virtualization,
    program: program?.map(absolute),
    includePaths: includePaths.length === 0 ? undefined : includePaths.map(absolute),
    defines: Object.keys(defines).length === 0 ? undefined : defines,
    linkerScript: linkerScript && absolute(linkerScript),
    linkOptions: linkOptions && withLinkPaths(linkOptions, absolute),
    ...{ march, mabi, relax },
    disks: disks?.map((disk) => ({ ...disk, file: absolute(disk.file) })),
    bios: bios && absolute(bios),
    initrd: initrd && absolute(initrd),
    input: input.length === 0 ? undefined : input.map(({ text, after }) => ({ type: text, ...(after && { after }) })),
  };
  return {
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
    programs: program ? [] : sourcesBeside(file).map(absolute),
  };
}
