import type { Integer } from '../../../object/bytes/integer';
import * as integer from '../../../object/bytes/integer';
import { RelocationType } from '../../../object/elf/relocatable';
import { applyBinary, constant, isConstant } from '../../unit/evaluation';
import { fillWithNops } from '../../unit/section-bytes';
import type { Unit } from '../../unit/unit';
import { type Directive, directives, OperandReader, type Run } from './directive';

/** `.space`, `.skip`, `.zero`: a number of bytes that may depend on later places, and what fills them. */
const space: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  if (reader.none('the number of bytes')) return;
  const count = reader.bound('the number of bytes');
  if (!count) return;
  const fill = reader.comma() ? reader.constant('the fill value', 0) : 0;
  reader.finish();
  if (fill === undefined) return;
  if (fill !== 0 && !unit.section.hasContents)
    unit.warning('fill', `the section '${unit.section.name}' holds zeros only`, statement.start, statement.end);
  const byte = integer.lowWord(fill) & 0xff;
  unit.beginData();
  if (!isConstant(count.value)) {
    const { section } = unit;
    section.appendPart({
      kind: 'space',
      at: section.length,
      size: 0,
      count: count.value,
      fill: Uint8Array.of(byte),
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
    unit.section.appendFill(byte, value);
    unit.section.beginFragment();
  }
};

const fill: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const count = reader.bound('the number of repetitions');
  const size = reader.comma() ? reader.constant('the size', 1) : 1;
  const value = reader.comma() ? reader.constant('the value', 0) : 0;
  reader.finish();
  if (!count || size === undefined || value === undefined) return;
  if (size < 0) {
    unit.warning('fill', 'a negative size fills nothing', statement.start, statement.end);
    return;
  }
  if (size > 8) unit.warning('fill', 'the size of .fill is at most 8: 8 is taken', statement.start, statement.end);
  const width = Math.min(Number(size), 8);
  const { section } = unit;
  unit.beginData();
  if (!isConstant(count.value)) {
    const span = unit.span(count.start, count.end);
    const bytes = applyBinary('*', count.value, constant(width));
    const pattern = patternBytes(value, Math.min(width, 4), width);
    section.appendPart({ kind: 'space', at: section.length, size: 0, count: bytes, fill: pattern, span });
    return;
  }
  const repeat = count.value.value;
  if (repeat <= 0 || width === 0) return;
  if (!unit.room(Number(repeat) * width, statement.start, statement.end)) return;
  if (value !== 0 && !unit.allowContents(statement.start, statement.end)) return;
  if (value === 0 || width === 1) section.appendFill(integer.lowWord(value) & 0xff, Number(repeat) * width);
  else {
    // Only four bytes of the value count; the rest of a wider element is 0, as in GNU as.
    const element = BigInt(integer.lowWord(value) >>> 0);
    for (let i = 0; i < Number(repeat); i++) section.appendInteger(integer.fromBigint(element), width);
  }
  section.beginFragment();
};

/** In bytes: beyond it sections would be larger than they may be. */
const maximumAlignment = 0x0800_0000;

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
    if (alignment > maximumAlignment) {
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
  if (section.absolute) {
    section.length = Math.ceil(section.length / alignment) * alignment;
    return;
  }
  const { architecture, relax } = unit.options;
  const width = architecture.compressed ? 2 : 4;
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
  if (!unit.room(alignment - width, 0, 0)) return;
  const padding = new Uint8Array(alignment - width);
  fillWithNops(padding);
  unit.mapping.instructions(section, architecture, true);
  unit.fixup(section.length, { relocation: RelocationType.Align }, constant(padding.length), 0, 0);
  section.append(padding);
  section.beginFragment();
}

/** The low bytes of a value, with zeros up to a width. */
function patternBytes(value: Integer, size: number, width = size): Uint8Array {
  return Uint8Array.from({ length: width }, (_, i) => (i < size ? (integer.lowWord(value) >>> (8 * i)) & 0xff : 0));
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

/** `.nop [bytes]`: instructions that do nothing, one or as many as it takes. */
const nop: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const bytes = reader.atEnd ? undefined : reader.bound('a number of bytes');
  reader.finish();
  unit.warnOfLostCode(statement.start, statement.end);
  const wanted = bytes && isConstant(bytes.value) ? Number(bytes.value.value) : 0;
  const compressed = unit.options.architecture.compressed;
  unit.beginData();
  unit.beginInstruction();
  const start = unit.section.length;
  do unit.section.appendInteger(compressed ? 1 : 0x13, compressed ? 2 : 4);
  while (unit.section.length < start + wanted && unit.room(4, statement.start, statement.end));
};

export const spaceDirectives: readonly Directive[] = [
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
  ...directives('.nop', '[bytes]', 'Instructions that do nothing', nop),
];
