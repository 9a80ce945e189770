/** The core: harts, their interpreter, and RAM. */

export { Core, type CoreConfiguration, type TranslationMode } from './core';
export { csrsApart } from './csr/apart';
export { CsrFile, type CsrHost } from './csr/file';
export { accessesCsr, csrNumberIn, csrSourceRegister, executeCsrInstruction } from './csr/instruction';
export { translationWords } from './csr/translation';
export { CACHE_BLOCK } from './hart/cache-block';
export { RunExit } from './hart/exits';
export { givenHartOptions, hartOptionProblems, hartOptionsOf, someHartOptions } from './hart/given-options';
export {
  type CpuMode,
  Hart,
  type ModeListener,
  type RunOptions,
  type TrapCause,
  type WorldListener,
} from './hart/hart';
export {
  CsrSlot,
  Environment,
  EnvironmentHigh,
  fromWords,
  HartState,
  HypervisorStatus,
  highWord,
  lowWord,
  numberOf,
  Status,
  StatusHigh,
} from './hart/hart-state';
export { extended, type MemoryInstruction, memoryInstruction } from './hart/memory-instruction';
export { defaultHartOptions, type HartOptions, legalVariants } from './hart/options';
export { Registers } from './hart/registers';
export { registersProblem, savedStatus } from './hart/saved-hart';
export { type SavedRegisters, savedRegisters } from './hart/saved-registers';
export { NANOSECONDS_PER_TICK, timerWords, updateTimers } from './hart/timers';
export {
  enterTrap,
  pendingInterrupt,
  redirectTrap,
  returnFromTrap,
  type TrapDetails,
  type TrapMode,
} from './hart/traps';
export { rdOf, rs1Of, rs2Of } from './interpreter/instruction-fields';
export { FLOAT_REGISTERS } from './layout';
export { storeFaultOf } from './memory/memory-access';
export type { CorePlatform, WatchRange } from './memory/platform';
export type { PhysicalMemory } from './memory/ram';
export type { AccessFault, AccessOutcome } from './memory/software-access';
export { modeOf, rootOf, spaceOf } from './memory/table-walk';
export type { FailedTranslation, FoundTranslation, PeekMode } from './memory/translation';
