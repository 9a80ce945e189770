import type { ReadFile } from '../../simulator/assembler/source/read-file';
import type { Program } from '../../simulator/object/program';
import { ConfigurationError, System, type SystemConfiguration } from '../../simulator/system/system';
import { SourcePresence } from '../program/source-presence';
import { mapPath } from '../program/sources';
import { RequestError } from '../request-error';
import type { CheckedLaunch } from './launch-checks';

/** @throws RequestError when there can be no such machine */
export function makeSystem(
  configuration: SystemConfiguration,
  programs: readonly Program[],
  { console, input }: CheckedLaunch,
): System {
  try {
    const system = new System(configuration, programs);
    // The guest's first instruction is the one after the boot ROM.
    system.passResetVector();
    if (console === 'debugConsole' && input.length === 0) system.closeInput();
    return system;
  } catch (error) {
    if (error instanceof ConfigurationError) throw new RequestError(error.message);
    if (error instanceof RangeError)
      throw new RequestError(`this computer has no room for the machine's memory: ${error.message}`);
    throw error;
  }
}

/** @param known the files that were assembled */
export function presenceOf(known: Iterable<string>, { sourceMap }: CheckedLaunch, read: ReadFile): SourcePresence {
  return new SourcePresence(known, async (file) => (await read(mapPath(file, sourceMap))) instanceof Uint8Array);
}
