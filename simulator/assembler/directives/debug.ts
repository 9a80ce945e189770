import { TokenKind } from '../lexer';
import { frameDirectives } from './cfi';
import { type Directive, directives, OperandReader, type Run } from './directive';

/** Taken without effect. */
const ignored: Run = () => {};

/** `.file "name"` and `.file number "name"` of compilers: lines are known from the sources themselves. */
const file: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const numbered = reader.lexer.at(TokenKind.Number);
  if (numbered) unit.fileNumbers.add(Number(reader.constant('a file number') ?? 0));
  const name = reader.text();
  if (!name) return;
  if (!numbered) unit.addFileSymbol(name.text);
  // A folder's name may come first, and a checksum last.
  if (reader.lexer.at(TokenKind.String)) reader.text();
  if (reader.lexer.at(TokenKind.Name)) reader.skip();
  reader.finish();
};

const loc: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const number = reader.constant('a file number');
  if (number !== undefined && !unit.fileNumbers.has(Number(number))) {
    unit.error('loc', `no .file has the number ${number}`, statement.operandsStart, statement.end);
  }
};

export const debugDirectives: readonly Directive[] = [
  ...directives('.file', '[number] "name"', "Names a compiler's source file", file),
  ...directives('.loc', 'file line [column]', "A line of a compiler's source", loc),
  ...directives(
    '.loc_mark_labels .line .ln .stabs .stabn .stabd .appfile .appline',
    '...',
    "A compiler's line information",
    ignored,
  ),
  ...frameDirectives,
];
