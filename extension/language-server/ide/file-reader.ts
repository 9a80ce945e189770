import type { FileReading } from '../../../simulator/assembler/source/read-file';
import type { AskCompiler } from './toolchains';

/** Reads files for the server: from the disk, or by asking the client. */
export interface FileReader {
  /**
   * The file's bytes; undefined when there is none. With `within`, nothing outside of these folders (as keys) is read,
   * whatever links lead there.
   */
  read(uri: string, within: readonly string[] | undefined): Promise<FileReading>;
  /** What a folder holds; undefined when it cannot be listed. Absent where nothing can be. */
  list?(uri: string, within: readonly string[] | undefined): Promise<readonly FolderEntry[] | undefined>;
  /** Starts a compiler to ask what it has by itself. Absent where there is none. */
  askCompiler?: AskCompiler;
}

export interface FolderEntry {
  readonly name: string;
  readonly folder: boolean;
}
