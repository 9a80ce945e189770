import * as integer from '../../../object/bytes/integer';
import { SectionFlag } from '../../../object/elf/relocatable';
import { isMadeByBuild, missingFile } from '../../source/diagnostic';
import { bigOf, type Expression } from '../../syntax/expression';
import { TokenKind } from '../../syntax/lexer';
import type { Statement } from '../../syntax/statement';
import { constant, isConstant, literal } from '../../unit/evaluation';
import { leb128Bytes } from '../../unit/section-bytes';
import type { Unit } from '../../unit/unit';
import { type Directive, directives, OperandReader, type Run } from './directive';

/** `.byte` and its kin: a list of values of 1, 2, 4 or 8 bytes; `.2byte` and its kin need no alignment. */
function values(size: 1 | 2 | 4 | 8): Run {
  return (unit, statement) => {
    const { operands } = statement;
    if (operands.length === 0) return;
    unit.beginData();
    if (size > 1) noteUnaligned(unit, statement, size);
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
      const big = bigOf(expression);
      if (big !== undefined) {
        appendBig(unit, big, size, expression.start, expression.end);
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

/** `.ds.w 5`, `.dcb.w 5, value`: room for elements of one size, or elements with a value. */
function elements(size: number): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    if (reader.none('the number of elements')) return;
    const count = reader.constant('the number of elements');
    const value = reader.comma() ? reader.constant('the value', 0) : 0;
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

/** `.octa`: values of 16 bytes. */
const octa: Run = (unit, statement) => {
  for (const { expression, junk, end } of statement.operands) {
    if (junk >= 0) unit.error('junk', `unexpected '${statement.text.slice(junk, end)}'`, junk, end);
    const big = bigOf(expression);
    const value = big ?? unit.constant(expression, 'a value of 16 bytes');
    if (value === undefined) continue;
    unit.beginData();
    appendBig(unit, BigInt(value), 16, expression.start, expression.end);
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

/** `.uleb128`, `.sleb128`: numbers known by now. A distance could change while the linker shortens code. */
function leb128(signed: boolean): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const expression = reader.expression();
    const big = bigOf(expression);
    if (expression.kind === 'missing') {
      reader.missing('a number');
      return;
    }
    const value = big ?? numberOf(unit, expression);
    if (value === undefined) {
      const message = `'${statement.name}' takes a number that is known here: the linker may change distances in code`;
      unit.error('not-constant', message, expression.start, expression.end);
      return;
    }
    reader.finish();
    if (value !== 0n && !unit.allowContents(statement.start, statement.end)) return;
    unit.beginData();
    if (!signed && value < 0n)
      unit.warning('truncated', 'a negative value is taken as unsigned', statement.start, statement.end);
    unit.section.append(leb128Bytes(signed || value >= 0n ? value : BigInt.asUintN(64, value), signed));
  };
}

function numberOf(unit: Unit, expression: Expression): bigint | undefined {
  const bound = unit.bind(expression);
  return isConstant(bound) ? BigInt(bound.value) : undefined;
}

/** Says that data of a size stands where a load of that size does not reach it in one piece, when that is certain. */
function noteUnaligned(unit: Unit, statement: Statement, size: number): void {
  const { section } = unit;
  if ((section.output.flags & SectionFlag.Alloc) === 0 || section.executable || /^\.[248]byte$/.test(statement.key))
    return;
  const last = section.parts.at(-1);
  if (last && (last.kind !== 'align' || last.alignment < size)) return;
  const offset = section.length - (last?.at ?? 0);
  if (offset % size === 0) return;
  const where = last ? 'after the last alignment' : 'in its section';
  unit.report(
    'information',
    'unaligned',
    `this ${statement.name} is at ${offset} ${where}, no multiple of ${size}: a load from it is misaligned; '.balign ${size}' before it aligns it`,
    unit.span(statement.start, statement.start + statement.name.length),
  );
}

/** The bytes of a number of more than 64 bits, as far as there is room. */
function appendBig(unit: Unit, value: bigint, size: number, start: number, end: number): void {
  if (!unit.allowContents(start, end)) return;
  if (BigInt.asIntN(8 * size, value) !== value && BigInt.asUintN(8 * size, value) !== value)
    unit.warning('truncated', `the value does not fit in ${size} bytes and is cut`, start, end);
  const low = BigInt.asUintN(8 * size, value);
  for (let at = 0; at < size; at += 8) {
    unit.section.appendInteger(integer.fromBigint(BigInt.asIntN(64, low >> BigInt(8 * at))), Math.min(8, size - at));
  }
}

const incbin: Run = (unit, statement, host) => {
  const reader = new OperandReader(unit, statement);
  const path = reader.text();
  if (!path) return;
  const skip = reader.comma() ? Number(reader.constant('the offset', 0) ?? 0) : 0;
  const count = reader.comma() ? reader.constant('the length', -1) : -1;
  reader.finish();
  if (!unit.allowContents(statement.start, statement.end)) return;
  const bytes = host.files.bytes(path.text, unit.location.frame.file);
  if (!bytes) {
    const { file } = unit.location.frame;
    const unreadable = host.files.miss(path.text, file, false);
    const isMade = [file, unit.frames[0]!.file].some((from) => isMadeByBuild(path.text, from));
    const code = isMade ? 'incbin-unbuilt' : 'incbin-missing';
    unit.error(code, missingFile('file', path.text, unreadable, isMade), path.start, path.end);
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
  ...directives('.ds.b', 'count', 'Room for elements of 1 byte', elements(1)),
  ...directives('.ds .ds.w', 'count', 'Room for elements of 2 bytes', elements(2)),
  ...directives('.ds.l .ds.s', 'count', 'Room for elements of 4 bytes', elements(4)),
  ...directives('.ds.d', 'count', 'Room for elements of 8 bytes', elements(8)),
  ...directives('.ds.p .ds.x', 'count', 'Room for elements of 12 bytes', elements(12)),
  ...directives('.dcb.b', 'count, value', 'Elements of 1 byte with a value', elements(1)),
  ...directives('.dcb .dcb.w', 'count, value', 'Elements of 2 bytes with a value', elements(2)),
  ...directives('.dcb.l', 'count, value', 'Elements of 4 bytes with a value', elements(4)),
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
  ...directives('.uleb128', 'expression', 'An unsigned number of variable length', leb128(false)),
  ...directives('.sleb128', 'expression', 'A signed number of variable length', leb128(true)),
  ...directives('.incbin', '"file"[, skip[, count]]', 'The bytes of a file', incbin),
];
