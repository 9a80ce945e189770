import { TokenKind } from '../lexer';
import type { Unit } from '../unit';
import { type Directive, directives, OperandReader, type Run } from './directive';

/** Taken without effect. */
const ignored: Run = () => {};

/** `.file "name"` and `.file number "name"` of compilers: lines are known from the sources themselves. */
const file: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const numbered = reader.lexer.at(TokenKind.Number);
  if (numbered) unit.debug.files.add(Number(reader.constant('a file number') ?? 0));
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
  if (number !== undefined && !unit.debug.files.has(Number(number))) {
    unit.error('loc', `no .file has the number ${number}`, statement.operandsStart, statement.end);
  }
};

function startFrame(unit: Unit, statement: Parameters<Run>[1]): void {
  if (unit.debug.frame) unit.error('cfi', 'the frame before has no .cfi_endproc', statement.start, statement.end);
  unit.debug.frame = unit.span(statement.start, statement.start + statement.name.length);
}

/** Call frame information is checked for its frame only. */
const inFrame: Run = (unit, statement) => {
  const end = statement.start + statement.name.length;
  if (!unit.debug.frame) unit.error('cfi', `'${statement.name}' without .cfi_startproc`, statement.start, end);
  if (statement.key === '.cfi_endproc') unit.debug.frame = undefined;
};

const frameDirectives = [
  '.cfi_endproc .cfi_personality .cfi_personality_id .cfi_lsda .cfi_def_cfa .cfi_def_cfa_register .cfi_def_cfa_offset',
  '.cfi_adjust_cfa_offset .cfi_offset .cfi_rel_offset .cfi_register .cfi_restore .cfi_undefined .cfi_same_value',
  '.cfi_remember_state .cfi_restore_state .cfi_return_column .cfi_signal_frame .cfi_window_save .cfi_escape',
  '.cfi_val_encoded_addr .cfi_label .cfi_inline_lsda .cfi_val_offset',
].join(' ');

export const debugDirectives: readonly Directive[] = [
  ...directives('.file', '[number] "name"', "Names a compiler's source file", file),
  ...directives('.loc', 'file line [column]', "A line of a compiler's source", loc),
  ...directives(
    '.loc_mark_labels .line .ln .stabs .stabn .stabd .appfile .appline',
    '...',
    "A compiler's line information",
    ignored,
  ),
  ...directives('.cfi_sections', 'section, ...', 'Where call frame information goes', ignored),
  ...directives('.cfi_startproc', '[simple]', 'Begins the call frame information of a function', startFrame),
  ...directives(frameDirectives, '...', 'Call frame information', inFrame),
];
