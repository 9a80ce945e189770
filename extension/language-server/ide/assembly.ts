/** The parts of the assembler that the language server builds on. */

export { isMnemonic, mnemonicNames } from '../../../simulator/assembler/encode/instructions';
export { Lexer, skipSpace, TokenKind } from '../../../simulator/assembler/syntax/lexer';
export { type Label, type Line, parseLine, type Statement } from '../../../simulator/assembler/syntax/statement';
export { literal } from '../../../simulator/assembler/unit/evaluation';
export * from '../../../simulator/project';
export { type ExpandedStatement, expansionsAt } from '../../../simulator/project/expansions';
