/** A: load-reserved, store-conditional and atomic memory operations (manual, volume I, "A" extension). */
import { entry, rd, rs1, rs2 } from '../formats';
import { loads, updates } from '../memory-access';
import type { AtomicWidth, Execution, Value } from '../semantics';
import type { Instruction } from '../types';

const A = { extension: 'a' } as const;
const AMO = 0x2f;

type Update = (old: Value, operand: Value) => Value;

const operations: readonly (readonly [name: string, funct5: number, written: string, update: Update])[] = [
  ['amoswap', 0x01, 'rs2', (_old, operand) => operand],
  ['amoadd', 0x00, 'old + rs2', (old, operand) => old.add(operand)],
  ['amoxor', 0x04, 'old ^ rs2', (old, operand) => old.xor(operand)],
  ['amoand', 0x0c, 'old & rs2', (old, operand) => old.and(operand)],
  ['amoor', 0x08, 'old | rs2', (old, operand) => old.or(operand)],
  ['amomin', 0x10, 'min(old, rs2) (signed)', (old, operand) => old.lessSigned(operand).choose(old, operand)],
  ['amomax', 0x14, 'max(old, rs2) (signed)', (old, operand) => old.lessSigned(operand).choose(operand, old)],
  ['amominu', 0x18, 'min(old, rs2) (unsigned)', (old, operand) => old.lessUnsigned(operand).choose(old, operand)],
  ['amomaxu', 0x1c, 'max(old, rs2) (unsigned)', (old, operand) => old.lessUnsigned(operand).choose(operand, old)],
];

/** Of a `w` operation only the low word of rs2 counts; sign-extended like the old value, both orders of comparison hold. */
function operandOf(x: Execution, width: AtomicWidth): Value {
  return width === 'w' ? x.rs2.word().signExtend() : x.rs2;
}

function atomics(width: AtomicWidth): Instruction[] {
  const funct3 = width === 'w' ? 2 : 3;
  const memory = width === 'w' ? 'mem32[rs1]' : 'mem64[rs1]';
  const old = width === 'w' ? 'sext(old)' : 'old';
  const code = (funct5: number): number => (funct5 << 27) | (funct3 << 12) | AMO;
  return [
    entry(A, {
      name: `lr.${width}`,
      mask: 0xf9f0707f,
      match: code(0x02),
      operands: [rd, rs1],
      syntax: 'rd, (rs1)',
      ordering: true,
      summary: `rd = ${memory}; reserve the address`,
      memory: { ...loads(width), reserves: true },
      semantics: (x) => x.loadReserved(width),
    }),
    entry(A, {
      name: `sc.${width}`,
      mask: 0xf800707f,
      match: code(0x03),
      operands: [rd, rs2, rs1],
      syntax: 'rd, rs2, (rs1)',
      ordering: true,
      summary: `if (reserved) { ${memory} = rs2; rd = 0 } else rd = 1; drop the reservation`,
      memory: { ...updates(width), conditional: true },
      semantics: (x) => x.storeConditional(width),
    }),
    ...operations.map(([name, funct5, written, update]) =>
      entry(A, {
        name: `${name}.${width}`,
        mask: 0xf800707f,
        match: code(funct5),
        operands: [rd, rs2, rs1],
        syntax: 'rd, rs2, (rs1)',
        ordering: true,
        summary: `old = ${memory}; ${memory} = ${written}; rd = ${old}`,
        memory: updates(width),
        semantics: (x) => x.atomic(width, (value) => update(value, operandOf(x, width))),
      }),
    ),
  ];
}

export const atomic: readonly Instruction[] = [...atomics('w'), ...atomics('d')];
