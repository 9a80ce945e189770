import type { ReadFile } from '../../simulator/assembler/source/read-file';
import type { TestHost } from '../../simulator/guest-tests/index';
import type { News } from './protocol';

/** What a job is done with. */
export interface JobSurroundings {
  readonly host: TestHost;
  /** Reads the files of a folder, and none outside it. */
  readonly confined: (folder: string) => ReadFile;
  readonly isCancelled: () => boolean;
  readonly tell: (news: News) => void;
}
