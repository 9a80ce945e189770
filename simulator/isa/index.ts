/** The instruction set as data: the only place of the house that knows what an instruction is. */
export * from './causes';
export * from './csrs';
export { RoundingMode, roundingModeNames } from './float-formats';
export { operandBits, operandProblem, operandsProblem } from './operands';
export * from './pseudo';
export * from './registers';
export type * from './semantics';
export {
  compress,
  decode,
  encode,
  expand,
  expansionOf,
  extensions,
  instructionNamed,
  instructions,
  instructionsNamed,
  isFloatArithmetic,
  roundsSlowly,
  systemOperationOf,
  usesFloat,
} from './table';
export type * from './types';
