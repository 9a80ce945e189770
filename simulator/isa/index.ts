/** The instruction set as data: the only place of the house that knows what an instruction is. */

export { fenceAccesses, fenceLetters, fenceSetNamed } from './base/i';
export * from './causes';
export * from './csr';
export * from './extensions';
export { RoundingMode, roundingModeNames, roundingModeSummaries } from './float/float-formats';
export { type AccessSize, type MemoryFacts, type WidthFacts, widths } from './memory-access';
export { operandBits, operandProblem, operandsProblem } from './operands';
export * from './privileged';
export * from './pseudo';
export * from './registers';
export type * from './semantics';
export {
  baseOf,
  type CompressionChoice,
  compress,
  decode,
  encode,
  expand,
  expansionOf,
  instructionNamed,
  instructions,
  instructionsNamed,
  isCall,
  isCsrOperation,
  isFloatArithmetic,
  isHint,
  memoryOf,
  returnsFromTrap,
  roundsSlowly,
  systemOperationOf,
  usesFloat,
  writesCsr,
} from './table';
export type * from './types';
