import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import { withLinkPaths } from '../../simulator/linker/options';

/**
 * A launch configuration with other paths: of every attribute that names a file or folder, but `projectRoot` and `sourceMap`, which are about
 * one computer. What is no path is left as it is: the debug adapter complains about that.
 */
export function mapLaunchPaths(launch: LaunchArguments, map: (path: string) => string): LaunchArguments {
  const { program, scenario, includePaths, linkerScript, linkOptions, disks, bios, initrd, symbols } = launch;
  return {
    ...launch,
    ...(program !== undefined && {
      program: Array.isArray(program) ? program.map((path) => mapText(path, map)) : mapText(program as string, map),
    }),
    ...(typeof scenario === 'string' && { scenario: map(scenario) }),
    ...(Array.isArray(includePaths) && { includePaths: includePaths.map((path) => mapText(path, map)) }),
    ...(typeof linkerScript === 'string' && { linkerScript: map(linkerScript) }),
    ...(Array.isArray(linkOptions) &&
      linkOptions.every((word) => typeof word === 'string') && { linkOptions: withLinkPaths(linkOptions, map) }),
    ...(typeof bios === 'string' && { bios: map(bios) }),
    ...(typeof initrd === 'string' && { initrd: map(initrd) }),
    ...(Array.isArray(disks) && {
      disks: disks.map((disk) => (namesFile(disk) ? { ...disk, file: map(disk.file) } : disk)),
    }),
    ...(Array.isArray(symbols) && {
      symbols: symbols.map((each) => (namesFile(each) ? { ...each, file: map(each.file) } : mapText(each, map))),
    }),
  };
}

export function mapText<Value>(value: Value, map: (text: string) => string): Value | string {
  return typeof value === 'string' ? map(value) : value;
}

function namesFile(value: unknown): value is { file: string } {
  return typeof value === 'object' && value !== null && 'file' in value && typeof value.file === 'string';
}
