import type { Integer } from '../../object/integer';
import * as integer from '../../object/integer';
import { RelocationType } from '../../object/relocatable';
import { constant, isConstant, literal } from '../evaluation';
import { leb128Bytes } from '../layout';
import { TokenKind } from '../lexer';
import { operandsOf } from '../operands';
import { fillWithNops } from '../section-bytes';
import type { Unit } from '../unit';
import { type Directive, directives, OperandReader, type Run } from './directive';
import { floatBytes } from './float';

/** `.byte` and its kin: a list of values of 1, 2, 4 or 8 bytes. */
function values(size: 1 | 2 | 4 | 8): Run {
  return (unit, statement) => {
    const operands = operandsOf(statement);
    if (operands.length === 0) return;
    unit.beginData();
    for (const operand of operands) {
      const { expression } = operand;
      if (operand.base || operand.junk >= 0) {
        const at = operand.base ? operand.base.start - 1 : operand.junk;
        unit.error(
          'junk',
          `unexpected '${statement.text.slice(at, operand.end)}'; a comma separates values`,
          at,
          operand.end,
        );
      }
      if (expression.kind === 'missing') {
        unit.warning('missing-expression', 'nothing stands here: 0 is taken', expression.start, expression.start + 1);
        unit.appendData(constant(0), size, expression.start, expression.end);
        continue;
      }
      const known = literal(expression);
      const value = known === undefined ? unit.bind(expression) : constant(known);
      if (
        isConstant(value) &&
        size < 8 &&
        !integer.fitsSigned(value.value, 8 * size) &&
        !integer.fitsUnsigned(value.value, 8 * size)
      ) {
        const message = `the value ${value.value} does not fit in ${size === 1 ? 'a byte' : `${size} bytes`} and is cut`;
        unit.warning('truncated', message, expression.start, expression.end);
      }
      unit.appendData(value, size, expression.start, expression.end);
    }
  };
}

/** `.ds.w 5`: room for elements of one size; `.dcb.w 5, value`: elements with a value. */
function elements(size: number, filled: boolean): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const count = reader.constant('the number of elements');
    const value = filled && reader.comma() ? reader.constant('the value', 0) : 0;
    reader.finish();
    if (count === undefined || value === undefined || count <= 0) return;
    if (!unit.room(Number(count) * size, statement.start, statement.end)) return;
    unit.beginData();
    if (value === 0) unit.section.appendFill(0, Number(count) * size);
    else if (unit.allowContents(statement.start, statement.end)) {
      for (let i = 0; i < Number(count); i++) unit.section.appendInteger(value, size);
    }
  };
}

/** `.octa`: values of 16 bytes, which may be larger than any expression. */
const octa: Run = (unit, statement) => {
  if (!unit.allowContents(statement.start, statement.end)) return;
  unit.beginData();
  for (const part of statement.operandText.split(',')) {
    const text = part.trim();
    const large = /^-?(0[xX][0-9a-fA-F]+|\d+)$/.test(text);
    if (!large) {
      unit.error('octa', "'.octa' takes plain numbers", statement.operandsStart, statement.end);
      return;
    }
    const magnitude = BigInt(text.replace(/^-/, ''));
    const value = BigInt.asUintN(128, text.startsWith('-') ? -magnitude : magnitude);
    unit.section.appendInteger(integer.fromBigint(value), 8);
    unit.section.appendInteger(integer.fromBigint(value >> 64n), 8);
  }
};

/** Strings: neighbours without a comma are one string. `size` is the width of a character, `terminated` appends a 0. */
function strings(size: 1 | 2 | 4 | 8, terminated: boolean): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    if (reader.atEnd) return;
    do {
      let bytes: number[] = [];
      do {
        const literalString = reader.string();
        if (!literalString) return;
        bytes = bytes.concat(literalString.bytes);
      } while (reader.lexer.kind === TokenKind.String);
      if (terminated) bytes.push(0);
      const wide = size === 1 ? bytes : bytes.flatMap((byte) => [byte, ...Array.from({ length: size - 1 }, () => 0)]);
      unit.appendBytes(wide, statement.operandsStart, statement.end);
    } while (reader.comma());
    reader.finish();
  };
}

/** `.space`, `.skip`, `.zero`: a number of bytes that may depend on later places, and what fills them. */
const space: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const count = reader.bound('the number of bytes');
  if (!count) return;
  const fill = reader.comma() ? reader.constant('the fill value', 0) : 0;
  reader.finish();
  if (fill === undefined) return;
  if (fill !== 0 && !unit.allowContents(statement.start, statement.end)) return;
  const byte = integer.lowWord(fill) & 0xff;
  if (!isConstant(count.value)) {
    const { section } = unit;
    section.appendPart({
      kind: 'space',
      at: section.length,
      size: 0,
      count: count.value,
      fill: byte,
      span: unit.span(count.start, count.end),
    });
    return;
  }
  const { value } = count.value;
  if (typeof value !== 'number' || value < 0) {
    if (value < 0)
      unit.warning('negative-space', 'a negative number of bytes reserves nothing', count.start, count.end);
    else
      unit.error('section-too-large', `${value} bytes are more than a section may have here`, count.start, count.end);
  } else if (unit.room(value, count.start, count.end)) {
    unit.beginData();
    unit.section.appendFill(byte, value);
  }
};

const fill: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const repeat = reader.constant('the number of repetitions');
  const size = reader.comma() ? reader.constant('the size', 1) : 1;
  const value = reader.comma() ? reader.constant('the value', 0) : 0;
  reader.finish();
  if (repeat === undefined || size === undefined || value === undefined) return;
  if (size < 0) {
    unit.warning('fill', 'a negative size fills nothing', statement.start, statement.end);
    return;
  }
  if (size > 8) unit.warning('fill', 'the size of .fill is at most 8: 8 is taken', statement.start, statement.end);
  const width = Math.min(Number(size), 8);
  if (repeat <= 0 || width === 0) return;
  if (!unit.room(Number(repeat) * width, statement.start, statement.end)) return;
  if (value !== 0 && !unit.allowContents(statement.start, statement.end)) return;
  unit.beginData();
  if (value === 0 || width === 1) unit.section.appendFill(integer.lowWord(value) & 0xff, Number(repeat) * width);
  else {
    // Only four bytes of the value count; the rest of a wider element is 0, as in GNU as.
    const element = BigInt(integer.lowWord(value) >>> 0);
    for (let i = 0; i < Number(repeat); i++) unit.section.appendInteger(integer.fromBigint(element), width);
  }
};

/** Alignment: `.align` and `.p2align` take the number of low address bits that are 0, `.balign` the number of bytes. */
function align(bytes: boolean, fillSize: 1 | 2 | 4): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const amount = reader.constant('the alignment', 0);
    let fillValue: Integer | undefined;
    if (reader.comma()) {
      const expression = reader.expression();
      if (expression.kind !== 'missing') fillValue = unit.constant(expression, 'the fill value');
    }
    const maximum = reader.comma() ? reader.constant('the limit', 0) : 0;
    reader.finish();
    if (amount === undefined || maximum === undefined) return;
    let alignment = bytes ? Number(amount) : 2 ** Math.max(0, Number(amount));
    if (bytes && (alignment < 0 || (alignment & (alignment - 1)) !== 0)) {
      unit.error('alignment', `${amount} is not a power of two`, statement.operandsStart, statement.end);
      return;
    }
    if (alignment > 0x4000_0000) {
      unit.error('alignment', 'the alignment is too large', statement.operandsStart, statement.end);
      return;
    }
    if (alignment === 0) alignment = 1;
    alignSection(
      unit,
      alignment,
      Number(maximum),
      fillValue === undefined ? undefined : patternBytes(fillValue, fillSize),
    );
  };
}

/** Moves on to an aligned place, in code by instructions that do nothing unless there is another fill. */
function alignSection(unit: Unit, alignment: number, limit: number, fill: Uint8Array | undefined): void {
  const { section } = unit;
  const { architecture, relax } = unit.options;
  const width = architecture.has('c') ? 2 : 4;
  section.align(alignment);
  if (alignment <= 1) return;
  if (!section.executable || fill) {
    if (section.executable) unit.beginData();
    section.appendPart({
      kind: 'align',
      at: section.length,
      size: 0,
      alignment,
      maximum: limit,
      fill: fill ?? Uint8Array.of(0),
    });
    return;
  }
  // Instructions are aligned that much anyhow.
  if (alignment <= width) return;
  if (!relax) {
    unit.mapping.instructions(section, architecture, true);
    section.appendPart({ kind: 'align', at: section.length, size: 0, alignment, maximum: limit, fill: undefined });
    return;
  }
  // The linker removes what is too much once it knows where things are.
  const padding = new Uint8Array(alignment - width);
  fillWithNops(padding);
  unit.mapping.instructions(section, architecture, true);
  unit.fixup(section.length, { relocation: RelocationType.Align }, constant(padding.length), 0, 0);
  section.append(padding);
}

function patternBytes(value: Integer, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (integer.lowWord(value) >>> (8 * i)) & 0xff);
}

const org: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const target = reader.bound('the new location');
  if (!target) return;
  const fillValue = reader.comma() ? reader.constant('the fill value', 0) : 0;
  reader.finish();
  const { section } = unit;
  section.appendPart({
    kind: 'org',
    at: section.length,
    size: 0,
    target: target.value,
    fill: integer.lowWord(fillValue ?? 0) & 0xff,
    span: unit.span(target.start, target.end),
  });
};

function leb128(signed: boolean): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    if (!unit.allowContents(statement.start, statement.end)) return;
    unit.beginData();
    const value = reader.bound('a value');
    if (!value) return;
    reader.finish();
    const { section } = unit;
    if (isConstant(value.value)) {
      if (!signed && value.value.value < 0) {
        unit.warning('truncated', 'a negative value is taken as unsigned', value.start, value.end);
      }
      section.append(leb128Bytes(value.value.value, signed));
    } else {
      const span = unit.span(value.start, value.end);
      section.appendPart({ kind: 'leb128', at: section.length, size: 1, value: value.value, signed, span });
    }
  };
}

function floats(format: 'half' | 'single' | 'double'): Run {
  return (unit, statement) => {
    const text = statement.operandText;
    if (text.trim() === '') return;
    for (const part of text.split(',')) {
      const bytes = floatBytes(part.trim(), format);
      if (bytes) unit.appendBytes(bytes, statement.operandsStart, statement.end);
      else unit.error('float', `'${part.trim()}' is no floating-point number`, statement.operandsStart, statement.end);
    }
  };
}

const incbin: Run = (unit, statement, expander) => {
  const reader = new OperandReader(unit, statement);
  const path = reader.text();
  if (!path) return;
  const skip = reader.comma() ? Number(reader.constant('the offset', 0) ?? 0) : 0;
  const count = reader.comma() ? reader.constant('the length', -1) : -1;
  reader.finish();
  if (!unit.allowContents(statement.start, statement.end)) return;
  const bytes = expander.files.bytes(path.text, unit.frame.file);
  if (!bytes) {
    unit.error('include-missing', `cannot find the file '${path.text}'`, path.start, path.end);
    return;
  }
  const length = count === undefined || count < 0 ? bytes.length - skip : Number(count);
  if (skip < 0 || skip + length > bytes.length || length < 0) {
    unit.error(
      'incbin-range',
      `'${path.text}' has ${bytes.length} bytes: the range goes beyond them`,
      path.start,
      statement.end,
    );
    return;
  }
  if (!unit.room(length, path.start, path.end)) return;
  unit.beginData();
  unit.section.append(bytes.subarray(skip, skip + length));
};

export const dataDirectives: readonly Directive[] = [
  ...directives('.byte .dc.b', 'expression, ...', 'Data of 1 byte each', values(1)),
  ...directives('.half .short .hword .2byte .dc.w .dc', 'expression, ...', 'Data of 2 bytes each', values(2)),
  ...directives('.word .long .int .4byte .dc.l', 'expression, ...', 'Data of 4 bytes each', values(4)),
  ...directives('.dword .quad .8byte .dc.a', 'expression, ...', 'Data of 8 bytes each', values(8)),
  ...directives('.ds.b', 'count', 'Room for elements of 1 byte', elements(1, false)),
  ...directives('.ds .ds.w', 'count', 'Room for elements of 2 bytes', elements(2, false)),
  ...directives('.ds.l .ds.s', 'count', 'Room for elements of 4 bytes', elements(4, false)),
  ...directives('.ds.d', 'count', 'Room for elements of 8 bytes', elements(8, false)),
  ...directives('.dcb.b', 'count, value', 'Elements of 1 byte with a value', elements(1, true)),
  ...directives('.dcb .dcb.w', 'count, value', 'Elements of 2 bytes with a value', elements(2, true)),
  ...directives('.dcb.l', 'count, value', 'Elements of 4 bytes with a value', elements(4, true)),
  ...directives('.octa', 'number, ...', 'Data of 16 bytes each', octa),
  ...directives('.ascii', '"text", ...', 'Characters, without a 0 at the end', strings(1, false)),
  ...directives(
    '.asciz .string .string8',
    '"text", ...',
    'Characters, each string with a 0 at its end',
    strings(1, true),
  ),
  ...directives('.string16', '"text", ...', 'Characters of 2 bytes each, with a 0 at the end', strings(2, true)),
  ...directives('.string32', '"text", ...', 'Characters of 4 bytes each, with a 0 at the end', strings(4, true)),
  ...directives('.string64', '"text", ...', 'Characters of 8 bytes each, with a 0 at the end', strings(8, true)),
  ...directives('.space .skip .zero', 'bytes[, fill]', 'Reserves bytes, 0 unless a fill value is given', space),
  ...directives('.fill', 'repeat[, size[, value]]', 'Repeats a value of the given size in bytes', fill),
  ...directives(
    '.align .p2align',
    'bits[, fill[, limit]]',
    'Moves on to an address whose low bits are 0',
    align(false, 1),
  ),
  ...directives('.balign', 'bytes[, fill[, limit]]', 'Moves on to a multiple of a number of bytes', align(true, 1)),
  ...directives('.p2alignw', 'bits[, fill[, limit]]', 'As .p2align, with a fill value of 2 bytes', align(false, 2)),
  ...directives('.p2alignl', 'bits[, fill[, limit]]', 'As .p2align, with a fill value of 4 bytes', align(false, 4)),
  ...directives('.balignw', 'bytes[, fill[, limit]]', 'As .balign, with a fill value of 2 bytes', align(true, 2)),
  ...directives('.balignl', 'bytes[, fill[, limit]]', 'As .balign, with a fill value of 4 bytes', align(true, 4)),
  ...directives('.org', 'location[, fill]', 'Moves on to a location in this section', org),
  ...directives('.uleb128', 'expression', 'An unsigned number of variable length', leb128(false)),
  ...directives('.sleb128', 'expression', 'A signed number of variable length', leb128(true)),
  ...directives('.float .single .dc.s', 'number, ...', 'Floating-point numbers of 4 bytes', floats('single')),
  ...directives('.double .dc.d', 'number, ...', 'Floating-point numbers of 8 bytes', floats('double')),
  ...directives('.float16', 'number, ...', 'Floating-point numbers of 2 bytes', floats('half')),
  ...directives('.incbin', '"file"[, skip[, count]]', 'The bytes of a file', incbin),
];
