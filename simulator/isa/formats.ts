/** The instruction formats of the 32-bit base (manual, "Base Instruction Formats") as constructors of table entries. */
import type { Availability } from './extensions';
import { loads, stores } from './memory-access';
import { immediate, register, run, target, upper } from './operands';
import type { Execution, LoadWidth, Semantics, StoreWidth, SystemSemantics, Value } from './semantics';
import type { Instruction, Operand } from './types';

export const rd = register('rd', 7);
export const rs1 = register('rs1', 15);
export const rs2 = register('rs2', 20);

const immediateI = immediate('imm', [run(20, 12)], { signed: true });
const immediateS = immediate('imm', [run(7, 5), run(25, 7, 5)], { signed: true });
const immediateU = upper([run(12, 20)]);
const targetB = target([run(8, 4, 1), run(25, 6, 5), run(7, 1, 11), run(31, 1, 12)]);
const targetJ = target([run(21, 10, 1), run(20, 1, 11), run(12, 8, 12), run(31, 1, 20)]);
const shift64 = immediate('shamt', [run(20, 6)]);
const shift32 = immediate('shamt', [run(20, 5)]);

export type Details = Pick<Instruction, 'name' | 'mask' | 'match' | 'operands' | 'syntax' | 'summary' | 'semantics'> &
  Partial<Instruction>;

/** Semantics of what the machine does not run. */
export const notRun: SystemSemantics = { system: 'illegal' };

/** A table entry, with what most instructions have in common filled in. All have the same properties, so that engines find them fast. */
export function entry({ extension, beside, alternatives }: Availability, details: Details): Instruction {
  return {
    extension,
    beside,
    alternatives,
    length: 4,
    ordering: false,
    privilege: 'u',
    transfers: false,
    defaults: undefined,
    refines: undefined,
    hint: false,
    memory: undefined,
    jump: undefined,
    ...details,
    mask: details.mask >>> 0,
    match: details.match >>> 0,
  };
}

const MASK_FUNCT12 = 0xfff0707f;
const MASK_FUNCT7 = 0xfe00707f;
const MASK_FUNCT3 = 0x0000707f;
const MASK_OPCODE = 0x0000007f;

type Binary = ((x: Execution) => Value) | SystemSemantics;

/** register-register: `add rd, rs1, rs2` */
export function formatR(
  group: Availability,
  name: string,
  [opcode, funct3, funct7]: readonly [number, number, number],
  summary: string,
  semantics: Binary,
): Instruction {
  const match = (funct7 << 25) | (funct3 << 12) | opcode;
  const operands = [rd, rs1, rs2];
  return entry(group, { name, mask: MASK_FUNCT7, match, operands, syntax: 'rd, rs1, rs2', summary, semantics });
}

/** register-immediate: `addi rd, rs1, imm` */
export function formatI(
  group: Availability,
  name: string,
  [opcode, funct3]: readonly [number, number],
  summary: string,
  semantics: Semantics | SystemSemantics,
  shape: Partial<Instruction> = {},
): Instruction {
  const match = (funct3 << 12) | opcode;
  const operands = [rd, rs1, immediateI];
  const details = { name, mask: MASK_FUNCT3, match, operands, syntax: 'rd, rs1, imm', summary, semantics };
  return entry(group, { ...details, ...shape });
}

/** address in a register and an offset: `jalr rd, imm(rs1)` */
export function formatOffset(
  group: Availability,
  name: string,
  code: readonly [number, number],
  summary: string,
  semantics: Semantics,
  shape: Partial<Instruction> = {},
): Instruction {
  const operands = [rd, immediateI, rs1];
  return formatI(group, name, code, summary, semantics, { operands, syntax: 'rd, imm(rs1)', ...shape });
}

/** load: `lw rd, imm(rs1)` */
export function formatLoad(
  group: Availability,
  name: string,
  code: readonly [number, number],
  summary: string,
  width: LoadWidth,
): Instruction {
  const semantics: Semantics = (x) => x.load(width, x.rs1.add(x.imm));
  return formatOffset(group, name, code, summary, semantics, { memory: loads(width) });
}

/** shift by a constant: `slli rd, rs1, shamt` with a 6-bit amount (64-bit shifts) or a 5-bit one (the `w` shifts) */
export function formatShift(
  group: Availability,
  name: string,
  [opcode, funct3, funct7]: readonly [number, number, number],
  amountBits: 5 | 6,
  summary: string,
  semantics: Binary,
): Instruction {
  const match = (funct7 << 25) | (funct3 << 12) | opcode;
  const mask = amountBits === 6 ? 0xfc00707f : MASK_FUNCT7;
  const operands = [rd, rs1, amountBits === 6 ? shift64 : shift32];
  return entry(group, { name, mask, match, operands, syntax: 'rd, rs1, shamt', summary, semantics });
}

/** store: `sw rs2, imm(rs1)` */
export function formatS(
  group: Availability,
  name: string,
  [opcode, funct3]: readonly [number, number],
  summary: string,
  width: StoreWidth,
): Instruction {
  const semantics: Semantics = (x) => x.store(width, x.rs1.add(x.imm), x.rs2);
  const operands: readonly Operand[] = [rs2, immediateS, rs1];
  const match = (funct3 << 12) | opcode;
  const details = { name, mask: MASK_FUNCT3, match, operands, syntax: 'rs2, imm(rs1)', summary, semantics };
  return entry(group, { ...details, memory: stores(width) });
}

/** branch: `beq rs1, rs2, target` */
export function formatB(
  group: Availability,
  name: string,
  [opcode, funct3]: readonly [number, number],
  summary: string,
  semantics: Semantics,
): Instruction {
  const operands = [rs1, rs2, targetB];
  const match = (funct3 << 12) | opcode;
  const details = { name, mask: MASK_FUNCT3, match, operands, syntax: 'rs1, rs2, target', summary, semantics };
  return entry(group, { ...details, transfers: true });
}

/** upper immediate: `lui rd, imm` */
export function formatU(
  group: Availability,
  name: string,
  opcode: number,
  summary: string,
  semantics: Semantics,
): Instruction {
  const operands = [rd, immediateU];
  return entry(group, { name, mask: MASK_OPCODE, match: opcode, operands, syntax: 'rd, imm', summary, semantics });
}

/** jump: `jal rd, target` */
export function formatJ(
  group: Availability,
  name: string,
  opcode: number,
  summary: string,
  semantics: Semantics,
): Instruction {
  const operands = [rd, targetJ];
  const details = { name, mask: MASK_OPCODE, match: opcode, operands, syntax: 'rd, target', summary, semantics };
  return entry(group, { ...details, transfers: true, jump: 'relative' });
}

/** no operands: the whole word is fixed */
export function fixed(
  group: Availability,
  name: string,
  match: number,
  summary: string,
  semantics: Semantics | SystemSemantics,
  shape: Partial<Instruction> = {},
): Instruction {
  return entry(group, { name, mask: 0xffffffff, match, operands: [], syntax: '', summary, semantics, ...shape });
}

/** one register to another: `clz rd, rs1`; funct12 says which operation */
export function unary(
  group: Availability,
  name: string,
  [opcode, funct3, funct12]: readonly [number, number, number],
  summary: string,
  semantics: Binary,
  shape: Partial<Instruction> = {},
): Instruction {
  const match = (funct12 << 20) | (funct3 << 12) | opcode;
  const details = { name, mask: MASK_FUNCT12, match, operands: [rd, rs1], syntax: 'rd, rs1', summary, semantics };
  return entry(group, { ...details, ...shape });
}
