import { csrNamed, floatRegisters, registerNamed } from '../../../isa';
import { Cfa, dataAlignment, type EncodedAddress, Encoding, FunctionFrame } from '../../debug-info/frame-info';
import { TokenKind } from '../../syntax/lexer';
import type { Statement } from '../../syntax/statement';
import type { Unit } from '../../unit/unit';
import { type Directive, directives, OperandReader, type Run } from './directive';

const stackPointer = 2;
const firstFloat = 32;
const firstVector = 96;
const firstCsr = 4096;
/** Numbers beyond are negative for GNU as, which keeps them in an int. */
const mostRegisters = 0x7fff_ffff;

/** The function that the statement is in; reports when it is in none. */
function frameOf(unit: Unit, statement: Statement): FunctionFrame | undefined {
  const frame = unit.frameInfo.open.get(unit.section);
  if (!frame) {
    const end = statement.start + statement.name.length;
    unit.error('cfi', `'${statement.name}' without .cfi_startproc`, statement.start, end);
  }
  return frame;
}

/** A directive that says something about the place where it stands. */
function rule(run: (reader: OperandReader, frame: FunctionFrame) => void): Run {
  return (unit, statement) => {
    const frame = frameOf(unit, statement);
    if (!frame) return;
    const place = unit.section.here;
    const before = frame.last.place!;
    if (before.offset !== place.offset || before.part !== place.part) {
      const to = unit.here();
      frame.steps.push({ kind: 'advance', from: frame.last, to });
      frame.last = to;
    }
    const reader = new OperandReader(unit, statement);
    run(reader, frame);
    reader.finish();
  };
}

function add(frame: FunctionFrame, number: number, register = 0, operand = 0): void {
  frame.steps.push({ kind: 'rule', rule: number, register, operand });
}

/** A register by its name or DWARF number (psABI, "DWARF Register Numbers"): x0 to x31, f0 to f31 from 32, v0 to v31 from 96, CSRs from 4096. */
function register(reader: OperandReader): number | undefined {
  const { lexer, unit } = reader;
  if (lexer.kind !== TokenKind.Name) {
    const { start } = lexer;
    const value = reader.constant('a register');
    if (value === undefined) return undefined;
    const number = Number(value);
    if (number >= 0 && number <= mostRegisters) return number;
    unit.error('unknown-register', `${value} is no number of a register`, start, lexer.start);
    reader.skip();
    return undefined;
  }
  const name = lexer.value;
  const { start, end } = lexer;
  const integer = registerNamed(name);
  const float = floatRegisters.findIndex((candidate) => candidate.name === name || candidate.abiName === name);
  const csr = csrNamed(name);
  const vector = /^v(\d|[12]\d|3[01])$/.exec(name);
  lexer.next();
  if (float >= 0) return firstFloat + float;
  if (vector) return firstVector + Number(vector[1]);
  if (integer) return integer.number;
  if (csr) return firstCsr + csr.number;
  unit.error('unknown-register', `'${name}' is no register`, start, end);
  reader.skip();
  return undefined;
}

function offset(reader: OperandReader): number | undefined {
  const value = reader.constant('an offset');
  return value === undefined ? undefined : Number(value);
}

/** A register, a comma and an offset. */
function registerAndOffset(reader: OperandReader): [number, number] | undefined {
  const first = register(reader);
  if (first === undefined || !reader.requireComma('an offset')) return undefined;
  const second = offset(reader);
  return second === undefined ? undefined : [first, second];
}

/** `rule register, offset`, the offset from the frame address; the tables count it in units of the CIE's data alignment. */
function saved(number: number, base: (frame: FunctionFrame) => number = () => 0): Run {
  return rule((reader, frame) => {
    const { start } = reader.lexer;
    const found = registerAndOffset(reader);
    if (!found) return;
    const [register, written] = found;
    const value = written - base(frame);
    if (value % dataAlignment === 0) add(frame, number, register, value);
    else {
      const message = `the offset of a saved register must be a multiple of ${-dataAlignment}, not ${value}`;
      reader.unit.error('cfi', message, start, reader.statement.end);
    }
  });
}

/** A rule for each of several registers. */
function forRegisters(number: number): Run {
  return rule((reader, frame) => {
    do {
      const found = register(reader);
      if (found === undefined) return;
      add(frame, number, found);
    } while (reader.comma());
  });
}

const startProcedure: Run = (unit, statement) => {
  const { frameInfo, section } = unit;
  const end = statement.start + statement.name.length;
  if (frameInfo.open.has(section)) {
    unit.error('cfi', 'the frame before has no .cfi_endproc', statement.start, end);
    return;
  }
  if (section.absolute) {
    unit.error('cfi', `'.struct' has no code that a frame could describe`, statement.start, end);
    return;
  }
  const reader = new OperandReader(unit, statement);
  const word = reader.word();
  if (word && word.text !== 'simple')
    unit.error('cfi', `'simple' or nothing is expected here, not '${word.text}'`, word.start, word.end);
  reader.finish();
  const frame = new FunctionFrame(unit.here(), unit.span(statement.start, end), frameInfo.begin());
  frameInfo.open.set(section, frame);
  frameInfo.functions.push(frame);
  if (!word) add(frame, Cfa.DefCfaRegister, stackPointer);
};

const endProcedure: Run = (unit, statement) => {
  const frame = frameOf(unit, statement);
  if (!frame) return;
  new OperandReader(unit, statement).finish();
  frame.end = unit.here();
  unit.frameInfo.open.delete(unit.section);
};

const sections: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  let [inEhFrame, inDebugFrame] = [false, false];
  if (!reader.atEnd) {
    do {
      const name = reader.symbol('a section');
      if (!name) return;
      if (name.text === '.eh_frame') inEhFrame = true;
      else if (name.text === '.debug_frame') inDebugFrame = true;
      else if (name.text !== '.sframe')
        unit.error(
          'cfi',
          `call frame information goes to .eh_frame or .debug_frame, not to '${name.text}'`,
          name.start,
          name.end,
        );
    } while (reader.comma());
  }
  reader.finish();
  if (!unit.frameInfo.choose({ inEhFrame, inDebugFrame })) {
    const message = 'the frames before do not go to .eh_frame, so those that follow cannot';
    unit.error('cfi', message, statement.start, statement.end);
  }
};

/** `.cfi_personality` and `.cfi_lsda`: how an address is written, and the address. */
function address(set: (frame: FunctionFrame, found: EncodedAddress | undefined) => void): Run {
  return (unit, statement) => {
    const frame = frameOf(unit, statement);
    if (!frame) return;
    const reader = new OperandReader(unit, statement);
    const encoding = Number(reader.constant('an encoding') ?? Encoding.Omit);
    if (encoding === Encoding.Omit) {
      set(frame, undefined);
      reader.finish();
      return;
    }
    const known = [0, 2, 3, 4, 10, 11, 12].includes(encoding & 0x0f) && [0, 0x10].includes(encoding & 0x70);
    if (encoding < 0 || encoding > 0xff || !known) {
      unit.error('cfi', `${encoding} is no encoding of an address`, statement.operandsStart, statement.end);
      return;
    }
    if (!reader.requireComma('a symbol')) return;
    const value = reader.bound('a symbol or a number');
    if (!value) return;
    reader.finish();
    set(frame, { encoding, value: value.value, span: unit.span(value.start, value.end) });
  };
}

const escapeBytes = rule((reader, frame) => {
  const values = [];
  do {
    const found = reader.bound('a value');
    if (!found) return;
    values.push({ value: found.value, span: reader.unit.span(found.start, found.end) });
  } while (reader.comma());
  frame.steps.push({ kind: 'escape', values });
});

const encodedValue = rule((reader, frame) => {
  const number = register(reader);
  if (number === undefined || !reader.requireComma('an encoding')) return;
  const encoding = Number(reader.constant('an encoding') ?? Encoding.Omit);
  if (encoding === Encoding.Omit || !reader.requireComma('a label')) return;
  const found = reader.bound('a label');
  if (!found) return;
  const span = reader.unit.span(found.start, found.end);
  frame.steps.push({ kind: 'encoded', register: number, encoding, value: found.value, span });
});

const label = rule((reader, frame) => {
  const { unit } = reader;
  const name = reader.symbol();
  if (!name) return;
  const symbol = unit.symbols.named(name.text);
  if (symbol.defined) {
    unit.error('duplicate-symbol', `symbol '${name.text}' is already defined`, name.start, name.end);
    return;
  }
  unit.defineLabel(symbol, name.start, name.end);
  frame.steps.push({ kind: 'label', symbol });
});

function refused(why: string): Run {
  return (unit, statement) => {
    const end = statement.start + statement.name.length;
    unit.error('unsupported-directive', `'${statement.name}' is not supported: ${why}`, statement.start, end);
  };
}

export const frameDirectives: readonly Directive[] = [
  ...directives(
    '.cfi_sections',
    'section, ...',
    'Where call frame information goes: .eh_frame, .debug_frame',
    sections,
  ),
  ...directives('.cfi_startproc', '[simple]', 'Begins the call frame information of a function', startProcedure),
  ...directives('.cfi_endproc', '', 'Ends the call frame information of a function', endProcedure),
  ...directives(
    '.cfi_personality',
    'encoding, symbol',
    'The function that unwinds frames of this kind',
    address((frame, found) => {
      frame.personality = found;
    }),
  ),
  ...directives(
    '.cfi_lsda',
    'encoding, symbol',
    'Data of the language for unwinding',
    address((frame, found) => {
      frame.lsda = found;
    }),
  ),
  ...directives(
    '.cfi_def_cfa',
    'register, offset',
    'The frame address is the register plus the offset',
    rule((reader, frame) => {
      const found = registerAndOffset(reader);
      if (!found) return;
      frame.cfaOffset = found[1];
      add(frame, Cfa.DefCfa, ...found);
    }),
  ),
  ...directives(
    '.cfi_def_cfa_register',
    'register',
    'The frame address is counted from this register',
    rule((reader, frame) => {
      const found = register(reader);
      if (found !== undefined) add(frame, Cfa.DefCfaRegister, found);
    }),
  ),
  ...directives(
    '.cfi_def_cfa_offset',
    'offset',
    'The frame address is that far from its register',
    rule((reader, frame) => {
      const found = offset(reader);
      if (found === undefined) return;
      frame.cfaOffset = found;
      add(frame, Cfa.DefCfaOffset, 0, found);
    }),
  ),
  ...directives(
    '.cfi_adjust_cfa_offset',
    'difference',
    'Changes the offset of the frame address',
    rule((reader, frame) => {
      const found = offset(reader);
      if (found === undefined) return;
      frame.cfaOffset += found;
      add(frame, Cfa.DefCfaOffset, 0, frame.cfaOffset);
    }),
  ),
  ...directives(
    '.cfi_offset',
    'register, offset',
    'The register is saved that far from the frame address',
    saved(Cfa.Offset),
  ),
  ...directives(
    '.cfi_rel_offset',
    'register, offset',
    'The register is saved that far from the frame register',
    saved(Cfa.Offset, ({ cfaOffset }) => cfaOffset),
  ),
  ...directives(
    '.cfi_val_offset',
    'register, offset',
    'The register was the frame address plus the offset',
    saved(Cfa.ValOffset),
  ),
  ...directives(
    '.cfi_register',
    'register, register',
    'The first register is saved in the second',
    rule((reader, frame) => {
      const first = register(reader);
      if (first === undefined || !reader.requireComma('a register')) return;
      const second = register(reader);
      if (second !== undefined) add(frame, Cfa.Register, first, second);
    }),
  ),
  ...directives(
    '.cfi_restore',
    'register, ...',
    'The rule of the register is as it was at the start',
    forRegisters(Cfa.Restore),
  ),
  ...directives('.cfi_undefined', 'register, ...', 'The value of the register is lost', forRegisters(Cfa.Undefined)),
  ...directives('.cfi_same_value', 'register, ...', 'The register is unchanged', forRegisters(Cfa.SameValue)),
  ...directives(
    '.cfi_remember_state',
    '',
    'Puts all rules on a stack',
    rule((_, frame) => {
      frame.remembered.push(frame.cfaOffset);
      add(frame, Cfa.RememberState);
    }),
  ),
  ...directives(
    '.cfi_restore_state',
    '',
    'Takes all rules from the stack',
    rule((reader, frame) => {
      const known = frame.remembered.pop();
      if (known === undefined) {
        const { unit, statement } = reader;
        unit.error(
          'cfi',
          'there is no .cfi_remember_state before',
          statement.start,
          statement.start + statement.name.length,
        );
        return;
      }
      frame.cfaOffset = known;
      add(frame, Cfa.RestoreState);
    }),
  ),
  ...directives(
    '.cfi_window_save',
    '',
    'A register window was saved (of no use on RISC-V)',
    rule((_, frame) => add(frame, Cfa.WindowSave)),
  ),
  ...directives('.cfi_return_column', 'register', 'Where the return address is', (unit, statement) => {
    const frame = frameOf(unit, statement);
    if (!frame) return;
    const reader = new OperandReader(unit, statement);
    const found = register(reader);
    reader.finish();
    if (found !== undefined) frame.returnColumn = found;
  }),
  ...directives('.cfi_signal_frame', '', 'The function is the trampoline of a signal', (unit, statement) => {
    const frame = frameOf(unit, statement);
    if (!frame) return;
    new OperandReader(unit, statement).finish();
    frame.isSignalFrame = true;
  }),
  ...directives('.cfi_escape', 'value, ...', 'Bytes of call frame information', escapeBytes),
  ...directives(
    '.cfi_val_encoded_addr',
    'register, encoding, label',
    'The register was the address of the label',
    encodedValue,
  ),
  ...directives('.cfi_label', 'name', 'A label in the call frame information', label),
  ...directives(
    '.cfi_personality_id .cfi_inline_lsda .cfi_fde_data',
    '...',
    'Compact unwind tables',
    refused('compact unwind tables are not for RISC-V'),
  ),
];
