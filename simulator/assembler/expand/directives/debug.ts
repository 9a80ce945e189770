import { TokenKind } from '../../syntax/lexer';
import { constant } from '../../unit/evaluation';
import { frameDirectives } from './cfi';
import { type Directive, directives, OperandReader, type Run, type Word } from './directive';

/** Taken without effect. */
const ignored: Run = () => {};

const largestFileNumber = 0xffff;

/** `.file "name"` names the source; with a number, a file of a compiler's line table. */
const file: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  if (!reader.lexer.at(TokenKind.Number)) {
    const name = reader.text();
    if (!name) return;
    unit.addFileSymbol(name.text);
    reader.finish();
    return;
  }
  const { start, end } = reader.lexer;
  const number = Number(reader.constant('a file number') ?? 0);
  const first = reader.text();
  if (!first) return;
  const second = reader.lexer.at(TokenKind.String) ? reader.text() : undefined;
  const checksum = reader.lexer.at(TokenKind.Name) ? checksumOf(reader) : undefined;
  reader.finish();
  if (number > largestFileNumber) {
    unit.error('loc', `the file number ${number} is too large`, start, end);
    return;
  }
  unit.lineInfo.stopGenerating();
  if (number === 0) unit.lineInfo.version = 5;
  const [folder, path] = second ? [first.text, second.text] : [undefined, first.text];
  if (!unit.lineInfo.add(number, folder, path, checksum))
    unit.error('loc', `another file has the number ${number} already`, start, end);
};

/** `md5 0x...`: 16 bytes, the last one first. */
function checksumOf(reader: OperandReader): Uint8Array | undefined {
  const { unit, statement, lexer } = reader;
  const { start } = lexer;
  const digits = /^md5\s+0[xX]([0-9a-fA-F]{1,32})\s*$/.exec(unit.statementText(start, statement.end))?.[1];
  reader.skip();
  if (digits === undefined) {
    unit.error('loc', "'md5' and a hexadecimal number of 32 digits is expected here", start, statement.end);
    return undefined;
  }
  const bytes = digits.padStart(32, '0').match(/../g) ?? [];
  return Uint8Array.from(bytes.reverse(), (byte) => Number.parseInt(byte, 16));
}

/** Words of `.loc` that say something about its place. */
const marks = { basic_block: 'basicBlock', prologue_end: 'prologueEnd', epilogue_begin: 'epilogueBegin' } as const;

const loc: Run = (unit, statement) => {
  const { lineInfo } = unit;
  // Of two in a row each gets its row.
  if (lineInfo.pending) lineInfo.mark(unit.section, unit.here());
  const reader = new OperandReader(unit, statement);
  const { current } = lineInfo;
  const number = reader.constant('a file number');
  if (number === undefined) return;
  if (number === 0) lineInfo.version = 5;
  if (!lineInfo.files[Number(number)]) {
    unit.error('loc', `no .file has the number ${number}`, statement.operandsStart, statement.end);
    return;
  }
  const line = reader.constant('a line number');
  if (line === undefined) return;
  current.file = Number(number);
  current.line = Number(line);
  current.discriminator = 0;
  if (reader.lexer.at(TokenKind.Number)) current.column = Number(reader.constant('a column') ?? 0);
  let hasView = false;
  while (reader.lexer.at(TokenKind.Name)) {
    const word = reader.word()!;
    if (word.text in marks) current[marks[word.text as keyof typeof marks]] = true;
    else if (word.text === 'view') {
      hasView = true;
      if (!view(reader)) return;
    } else if (!locValue(reader, word)) return;
  }
  reader.finish();
  lineInfo.pending = true;
  if (hasView) lineInfo.mark(unit.section, unit.here());
};

/** `is_stmt`, `isa` and `discriminator` with their values; false after reporting what is wrong. */
function locValue(reader: OperandReader, word: Word): boolean {
  const { unit } = reader;
  const { current } = unit.lineInfo;
  if (word.text !== 'is_stmt' && word.text !== 'isa' && word.text !== 'discriminator') {
    unit.error('loc', `'${word.text}' is no part of .loc`, word.start, word.end);
    return false;
  }
  const { start, end } = reader.lexer;
  const value = Number(reader.constant(`the value of ${word.text}`) ?? -1);
  if (value < 0 || (word.text === 'is_stmt' && value > 1)) {
    const wanted = word.text === 'is_stmt' ? '0 or 1' : 'a number that is not negative';
    unit.error('loc', `${wanted} is expected after '${word.text}'`, start, end);
    return false;
  }
  if (word.text === 'is_stmt') current.isStatement = value === 1;
  else current[word.text] = value;
  return true;
}

/** `view 0`, `view -0` (views are counted from here), or `view symbol`. */
function view(reader: OperandReader): boolean {
  const { unit, lexer } = reader;
  if (lexer.at(TokenKind.Name)) {
    const name = reader.symbol()!;
    const symbol = unit.symbols.named(name.text);
    if (!symbol.defined) unit.assign(name.text, constant(0), false, name.start, name.end);
    return true;
  }
  const { start, end } = lexer;
  unit.lineInfo.current.resetView = unit.statementText(start, end) === '-';
  const value = reader.constant('0 or a symbol');
  if (value === 0) return true;
  unit.error('loc', 'a view that is a number can only be 0', start, end);
  return false;
}

/** `.loc_mark_labels 1`: labels in code get rows of their own from here on. */
const markLabels: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const { start } = reader.lexer;
  const value = reader.constant('0 or 1');
  reader.finish();
  if (value === undefined) return;
  if (value !== 0 && value !== 1) unit.error('loc', '0 or 1 is expected here', start, statement.end);
  else unit.lineInfo.marksLabels = value === 1;
};

export const debugDirectives: readonly Directive[] = [
  ...directives('.file', '[number] "name"', "Names a compiler's source file", file),
  ...directives('.loc', 'file line [column]', "A line of a compiler's source", loc),
  ...directives('.loc_mark_labels', '0 or 1', 'Whether labels get rows of their own in the line table', markLabels),
  ...directives('.line .ln .stabs .stabn .stabd .appfile .appline', '...', "A compiler's line information", ignored),
  ...frameDirectives,
];
