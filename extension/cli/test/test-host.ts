import { openHostFile } from '../../../host-files/open';
import { readHostFile } from '../../../host-files/read';
import type { TestHost } from '../../../simulator/guest-tests/index';
import { buildNamed } from '../described-program';
import { findPattern } from './find-pattern';

/** Tests on the command line: paths are seen from the working folder. */
export const commandLineHost: TestHost = {
  readFile: (path, limit) => readHostFile(path, { limit }),
  openDisk: async (path) => openHostFile(path, false),
  build: buildNamed,
  find: findPattern,
  giveWay: () => new Promise((resolve) => setImmediate(resolve)),
  now: () => performance.now(),
};
