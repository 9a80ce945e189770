/** The parts of the assembler that the language server builds on. */
export * from '../../simulator/assembler';
export { literal } from '../../simulator/assembler/evaluation';
export { type ExpandedStatement, expansionsAt } from '../../simulator/assembler/expansions';
export { isMnemonic, mnemonicNames } from '../../simulator/assembler/instructions';
export { Lexer, skipSpace, TokenKind } from '../../simulator/assembler/lexer';
export { operandsOf } from '../../simulator/assembler/operands';
export { type Label, type Line, parseLine, type Statement } from '../../simulator/assembler/statement';
