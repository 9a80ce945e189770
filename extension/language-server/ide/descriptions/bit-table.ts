import { markdownTable } from '../../../../simulator/explain/markdown-table';
import type { Operand } from '../../../../simulator/isa';
import { csrName, fenceLetters, type Instruction, registerName, roundingModeNames } from '../../../../simulator/isa';
import { operandValue } from '../../../../simulator/isa/operands';

/** Neighbouring bits of an instruction that belong together. */
interface Field {
  readonly high: number;
  readonly low: number;
  /** Absent for bits that are fixed. */
  readonly operand?: Operand;
  /** Of the operand's value, the lowest bit that stands here. */
  readonly valueLow?: number;
  readonly name: string;
}

/** Bits above which a new field of fixed bits begins: opcode, funct3 and funct7 of 32 bits; opcode and funct3 of 16. */
const boundaries: Readonly<Record<2 | 4, readonly number[]>> = { 4: [7, 12, 15, 20, 25], 2: [2, 13] };
const fixedNames: Readonly<Record<2 | 4, Readonly<Record<number, string>>>> = {
  4: { 0: 'opcode', 12: 'funct3', 25: 'funct7' },
  2: { 0: 'op', 13: 'funct3' },
};

/** The fields of an instruction from the highest bit down, and what a word has in each. */
export function bitTable(instruction: Instruction, word?: number): string {
  const fields = fieldsOf(instruction);
  const ranges = fields.map(({ high, low }) => (high === low ? `${high}` : `${high}:${low}`));
  const rows = [fields.map(({ name }) => name), fields.map((field) => bitsOf(field, instruction, word))];
  if (word !== undefined) rows.push(fields.map((field) => meaningOf(field, word)));
  return markdownTable(
    [ranges, ...rows],
    ranges.map(() => 'centre'),
  );
}

function fieldsOf(instruction: Instruction): Field[] {
  const { length, operands, ordering } = instruction;
  const fields: Field[] = [];
  let low = 0;
  while (low < length * 8) {
    const owner = ownerOf(operands, low);
    if (owner) {
      fields.push({ ...owner, high: owner.low + owner.width - 1 });
      low += owner.width;
    } else if (ordering && (low === 25 || low === 26)) {
      fields.push({ high: low, low, name: low === 25 ? 'rl' : 'aq' });
      low++;
    } else {
      let high = low;
      while (
        high + 1 < length * 8 &&
        !ownerOf(operands, high + 1) &&
        !boundaries[length].includes(high + 1) &&
        !(ordering && (high === 24 || high === 26))
      )
        high++;
      fields.push({ high, low, name: fixedNames[length][low] ?? '' });
      low = high + 1;
    }
  }
  return fields.reverse();
}

function ownerOf(operands: readonly Operand[], bit: number): (Omit<Field, 'high'> & { width: number }) | undefined {
  for (const operand of operands) {
    for (const { wordLow, valueLow, width } of operand.runs) {
      if (bit < wordLow || bit >= wordLow + width) continue;
      const whole = operand.runs.length === 1 && valueLow === 0;
      const bits = width === 1 ? `${valueLow}` : `${valueLow + width - 1}:${valueLow}`;
      const name = whole ? operand.name : `${operand.name}[${bits}]`;
      return { low: wordLow, width, operand, valueLow, name };
    }
  }
  return undefined;
}

function bitsOf({ high, low, operand }: Field, { match }: Instruction, word: number | undefined): string {
  const width = high - low + 1;
  if (operand && word === undefined) return '.'.repeat(width);
  const bits = ((word ?? match) >>> low) & (2 ** width - 1);
  return `\`${bits.toString(2).padStart(width, '0')}\``;
}

/** What an operand's bits say, at the field with its highest ones. */
function meaningOf({ operand, valueLow }: Field, word: number): string {
  if (!operand || valueLow !== Math.max(...operand.runs.map((run) => run.valueLow))) return '';
  const value = operandValue(operand, word);
  switch (operand.kind) {
    case 'register':
      return registerName(value, operand.file ?? 'x');
    case 'csr':
      return csrName(value);
    case 'rounding-mode':
      return roundingModeNames[value] ?? `${value}`;
    case 'fence-set':
      return fenceLetters(value) || '0';
    case 'target':
      return value < 0 ? `${value}` : `+${value}`;
    default:
      return `${value}`;
  }
}
