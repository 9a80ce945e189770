import { commonFaults } from './common-faults';
import { deprivilegingFaults } from './deprivileging-faults';
import { eventFaults } from './event-faults';
import type { SeededFault } from './fault';
import { hardwareFaults } from './hardware-faults';
import { neighbourFaults } from './neighbour-faults';
import { overcommitFaults } from './overcommit-faults';
import { paraFaults } from './para-faults';
import { shadowFaults } from './shadow-faults';

/** Mistakes in the VMM, each of which a test or the isolation checker has to find. */
export const seededFaults: readonly SeededFault[] = [
  ...shadowFaults,
  ...deprivilegingFaults,
  ...hardwareFaults,
  ...commonFaults,
  ...neighbourFaults,
  ...overcommitFaults,
  ...paraFaults,
  ...eventFaults,
];
