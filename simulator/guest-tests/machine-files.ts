import { joinPath } from '../assembler/source/paths';
import { imageLimit, UnreadableFile } from '../assembler/source/read-file';
import type { HostFile } from '../devices/disk/disk-image';
import type { TestHost } from './test-host';
import { MachineFileError, type MachineFiles } from './tested-machine';

/** The files of a machine, whose paths are seen from a folder. @param opened to which are added those that are to be closed */
export function filesIn(
  folder: string,
  host: Pick<TestHost, 'openDisk' | 'readFile'>,
  opened: HostFile[],
): MachineFiles {
  return {
    async openDisk(file) {
      try {
        const image = await host.openDisk(joinPath(folder, file));
        opened.push(image);
        return image;
      } catch (error) {
        throw new MachineFileError(`disk image: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    async read(what, file) {
      const path = joinPath(folder, file);
      const found = await host.readFile(path, imageLimit);
      if (found instanceof UnreadableFile) throw new MachineFileError(`the ${what} '${path}' ${found.why}`);
      if (!found) throw new MachineFileError(`the ${what} '${path}' is not there`);
      return found;
    },
  };
}
