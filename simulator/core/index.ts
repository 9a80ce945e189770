/** The core: harts, their interpreter, and RAM. */
export { Core, type CoreConfiguration } from './core';
export { CsrFile, type CsrHost } from './csr-file';
export { type CsrOperation, csrSourceRegister, executeCsrInstruction } from './csr-instruction';
export { RunExit } from './exits';
export { Hart, type RunOptions } from './hart';
export { CsrSlot, fromWords, HartState, highWord, lowWord, Status } from './hart-state';
export type { CorePlatform, WatchRange } from './platform';
export type { PhysicalMemory } from './ram';
export type { Translation } from './translation';
export { enterTrap, pendingInterrupt, returnFromTrap } from './traps';
