/** The core: harts, their interpreter, and RAM. */
export { CACHE_BLOCK } from './cache-block';
export { Core, type CoreConfiguration, type TranslationMode } from './core';
export { CsrFile, type CsrHost } from './csr-file';
export { virtualSubstitutes } from './csr-hypervisor';
export { type CsrOperation, csrSourceRegister, executeCsrInstruction } from './csr-instruction';
export { RunExit } from './exits';
export { Hart, type RunOptions } from './hart';
export {
  CsrSlot,
  Environment,
  EnvironmentHigh,
  fromWords,
  HartState,
  HypervisorStatus,
  highWord,
  lowWord,
  Status,
  StatusHigh,
} from './hart-state';
export { hypervisorAccessSize } from './hypervisor-instructions';
export { FLOAT_REGISTERS } from './layout';
export { storeFaultOf } from './memory-access';
export { hartOptionChoices, parseHartOption } from './option-choices';
export { defaultHartOptions, type HartOptions, legalVariants } from './options';
export type { CorePlatform, WatchRange } from './platform';
export type { PhysicalMemory } from './ram';
export type { AccessFault, AccessOutcome } from './software-access';
export type { FailedTranslation, FoundTranslation, PeekMode } from './translation';
export { enterTrap, pendingInterrupt, redirectTrap, returnFromTrap, type TrapDetails, type TrapMode } from './traps';
