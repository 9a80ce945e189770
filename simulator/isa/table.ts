/** The table itself, and what is read from it: lookup by name, decoding, encoding, compression. */
import { atomic } from './base/a';
import { hypervisor } from './base/h';
import { integer } from './base/i';
import { multiply } from './base/m';
import { privileged } from './base/privileged';
import { fineFences } from './base/svinval';
import { waitOnReservation } from './base/zawrs';
import { cacheBlocks } from './base/zicbo';
import { conditionalZero } from './base/zicond';
import { csrAccess } from './base/zicsr';
import { instructionFence } from './base/zifencei';
import { pauseHint } from './base/zihintpause';
import { addressGeneration } from './bits/zba';
import { bitManipulation } from './bits/zbb';
import { carrylessMultiply } from './bits/zbc';
import { packing } from './bits/zbkb';
import { crossbar } from './bits/zbkx';
import { singleBits } from './bits/zbs';
import { advancedEncryption, secureHash } from './bits/zkn';
import { shangMi } from './bits/zks';
import { compressedInstructions as compressedBase } from './compressed/c';
import { codeSize } from './compressed/zcb';
import { type ExtensionId, isAvailable } from './extensions';
import { doublePrecision } from './float/d';
import { singlePrecision } from './float/f';
import { RoundingMode } from './float/float-formats';
import { halfPrecision } from './float/zfh';
import type { MemoryFacts } from './memory-access';
import { fieldValue, operandAllowed, operandBits, operandFits, operandValue } from './operands';
import { RegisterNumber } from './registers';
import type { CsrOperation, SystemOperation } from './semantics';
import type { Decoded, Expansion, Fields, Instruction, Operand, OperandName } from './types';

/** In the order in which they are tried where several fit one base instruction. */
const compressedInstructions: readonly Instruction[] = [...compressedBase, ...codeSize];

/** Every instruction; an entry that refines another comes before it. */
export const instructions: readonly Instruction[] = [
  ...pauseHint,
  ...integer,
  ...multiply,
  ...atomic,
  ...singlePrecision,
  ...doublePrecision,
  ...halfPrecision,
  ...addressGeneration,
  ...bitManipulation,
  ...carrylessMultiply,
  ...singleBits,
  ...packing,
  ...crossbar,
  ...advancedEncryption,
  ...secureHash,
  ...shangMi,
  ...conditionalZero,
  ...waitOnReservation,
  ...csrAccess,
  ...instructionFence,
  ...privileged,
  ...hypervisor,
  ...fineFences,
  ...cacheBlocks,
  ...compressedInstructions,
].sort((a, b) => Number(b.refines !== undefined) - Number(a.refines !== undefined));

const byName = groupBy(instructions, (instruction) => instruction.name);
const byBits = groupBy32(instructions);
const compressedByBase = groupBy(compressedInstructions, (instruction) => expansionOf(instruction)?.base ?? '');

function groupBy(entries: readonly Instruction[], key: (entry: Instruction) => string): Map<string, Instruction[]> {
  const groups = new Map<string, Instruction[]>();
  for (const entry of entries) {
    const group = groups.get(key(entry));
    if (group) group.push(entry);
    else groups.set(key(entry), [entry]);
  }
  return groups;
}

/** A number from bits that distinguish most entries: opcode and funct3, or the quadrant and funct3 of a compressed word. */
function bucketOf(word: number): number {
  return (word & 3) === 3
    ? 32 + (((word >> 2) & 0x1f) << 3) + ((word >> 12) & 7)
    : ((word & 3) << 3) + ((word >> 13) & 7);
}

function groupBy32(entries: readonly Instruction[]): Instruction[][] {
  const buckets: Instruction[][] = Array.from({ length: 32 + 256 }, () => []);
  for (const entry of entries) {
    const selector = entry.length === 2 ? 0xe003 : 0x707f;
    for (let free = 0; free < 8; free++) {
      const word = entry.match | ((free << (entry.length === 2 ? 13 : 12)) & ~entry.mask & selector);
      const bucket = buckets[bucketOf(word)];
      if (bucket && !bucket.includes(entry)) bucket.push(entry);
    }
  }
  return buckets;
}

/** The entries of a mnemonic (without ordering suffix); several when extensions share it. */
export function instructionsNamed(name: string): readonly Instruction[] {
  return byName.get(name) ?? [];
}

/** The one entry of a mnemonic that the table is known to have. */
export function instructionNamed(name: string): Instruction {
  const found = byName.get(name)?.[0];
  if (!found) throw new Error(`no instruction '${name}' in the table`);
  return found;
}

/** Whether it is legal and without effect: of a value of an operand, or as a whole. */
export function isHint({ instruction, fields }: Decoded): boolean {
  if (instruction.hint) return true;
  return instruction.operands.some(({ name, hints }) => hints.includes(fieldValue(fields, name)));
}

export function expansionOf(instruction: Instruction): Expansion | undefined {
  return 'base' in instruction.semantics ? instruction.semantics : undefined;
}

/** What slow code does for an instruction that it does. */
export function systemOperationOf(instruction: Instruction): SystemOperation | undefined {
  return 'system' in instruction.semantics ? instruction.semantics.system : undefined;
}

/** Whether slow code accesses a CSR. */
export function isCsrOperation(operation: SystemOperation | undefined): operation is CsrOperation {
  return operation === 'csr-write' || operation === 'csr-set' || operation === 'csr-clear';
}

/** Whether an instruction that accesses a CSR writes it: csrrs and csrrc with x0 or 0 do not (manual, volume I, "Zicsr"). */
export const writesCsr = (operation: CsrOperation, { rs1, uimm }: Fields): boolean =>
  operation === 'csr-write' || (uimm ?? rs1) !== 0;

/** What an instruction, or the one that a compressed one stands for, does to memory. */
export function memoryOf(instruction: Instruction): MemoryFacts | undefined {
  return baseOf(instruction).memory;
}

/** The base instruction that a compressed one stands for; the instruction itself when it is no compressed one. */
export function baseOf(instruction: Instruction): Instruction {
  const expansion = expansionOf(instruction);
  return expansion ? instructionNamed(expansion.base) : instruction;
}

/** Whether it is a call, expanded: a jump that leaves the way back in a link register (manual, volume I, "Unconditional Jumps"). */
export function isCall({ instruction, fields: { rd } }: Decoded): boolean {
  return instruction.jump !== undefined && (rd === RegisterNumber.ra || rd === RegisterNumber.t0);
}

/** Whether it returns from a trap. */
export function returnsFromTrap(instruction: Instruction): boolean {
  const operation = systemOperationOf(instruction);
  return operation === 'mret' || operation === 'sret';
}

/** Whether it is arithmetic on floating-point numbers, which accrues flags. */
export function isFloatArithmetic(instruction: Instruction): boolean {
  return 'float' in instruction.semantics;
}

/** Whether it reads or writes floating-point registers, which mstatus.FS can turn off. */
export function usesFloat(instruction: Instruction): boolean {
  return instruction.operands.some(({ file }) => file === 'f');
}

/** Whether its own rounding mode is one that only slow code has: other than to nearest even, but for conversions to integers. */
export function roundsSlowly({ instruction, fields: { rm } }: Decoded): boolean {
  if (rm === undefined || rm === RoundingMode.rne || rm === RoundingMode.dyn) return false;
  return instruction.operands.some(({ name, file }) => name === 'rd' && file === 'f');
}

/** The instruction in the low 16 or 32 bits of a word, by the word's own length bits; undefined when it is none. */
export function decode(word: number): Decoded | undefined {
  const bits = (word & 3) === 3 ? word >>> 0 : word & 0xffff;
  for (const instruction of byBits[bucketOf(bits)] ?? []) {
    if ((bits & instruction.mask) >>> 0 !== instruction.match) continue;
    const fields = decodeFields(instruction, bits);
    if (fields) return { instruction, fields };
  }
  return undefined;
}

function decodeFields(instruction: Instruction, word: number): Fields | undefined {
  const fields: { [name in OperandName]?: number } = {};
  for (const operand of instruction.operands) {
    const value = operandValue(operand, word);
    if (!operandAllowed(operand, value)) return undefined;
    fields[operand.name] = value;
  }
  if (instruction.ordering) {
    fields.aq = (word >>> 26) & 1;
    fields.rl = (word >>> 25) & 1;
  }
  return fields;
}

/** The word of an instruction. Operands are in range (`operandsProblem` says); absent ones take the entry's default or 0. */
export function encode(instruction: Instruction, fields: Fields): number {
  let word = instruction.match;
  for (const operand of instruction.operands) {
    const value = fields[operand.name] ?? instruction.defaults?.[operand.name] ?? 0;
    word |= operandBits(operand, value);
  }
  if (instruction.ordering) word |= (fieldValue(fields, 'aq') << 26) | (fieldValue(fields, 'rl') << 25);
  return word >>> 0;
}

/** The base instruction that a compressed one stands for, with its operands; the instruction itself when it is no compressed one. */
export function expand({ instruction, fields }: Decoded): Decoded {
  const expansion = expansionOf(instruction);
  if (!expansion) return { instruction, fields };
  const expanded: { [name in OperandName]?: number } = {};
  for (const [name, source] of Object.entries(expansion.operands) as [OperandName, OperandName | number][]) {
    expanded[name] = typeof source === 'number' ? source : fieldValue(fields, source);
  }
  return { instruction: instructionNamed(expansion.base), fields: expanded };
}

/** Base instructions whose sources GNU lets change places to find a compressed form. */
const commutative: ReadonlySet<string> = new Set(['add', 'addw', 'and', 'or', 'xor', 'mul']);

/** Base instructions that GNU leaves uncompressed when written out; it compresses the pseudo-instructions j, jr, jalr rs, ret. */
const neverPicked: ReadonlySet<string> = new Set(['jal', 'jalr']);

/** What may be picked: by default every compressed instruction. */
export interface CompressionChoice {
  /** Of which extensions. */
  readonly has?: (extension: ExtensionId) => boolean;
  /** Which ones: then an immediate of 0 is like any other. */
  readonly names?: readonly string[] | undefined;
}

/** The compressed instruction that GNU as picks for a base instruction, if one fits. */
export function compress(
  instruction: Instruction,
  fields: Fields,
  { has = () => true, names }: CompressionChoice = {},
): Decoded | undefined {
  if (neverPicked.has(instruction.name)) return undefined;
  const { rd, rs1, rs2, imm } = fields;
  // addi with 0 is a move; GNU prefers c.mv to c.addi4spn and to the hint c.addi.
  const isMove = !names && instruction.name === 'addi' && imm === 0 && rd !== 0 && rs1 !== 0;
  const base = isMove ? 'add' : instruction.name;
  const operands: Fields = isMove ? { rd: rd ?? 0, rs1: 0, rs2: rs1 ?? 0 } : fields;
  for (const candidate of compressedByBase.get(base) ?? []) {
    if (candidate.hint || !isAvailable(candidate, has) || names?.includes(candidate.name) === false) continue;
    const compressed = match(candidate, operands, names !== undefined);
    if (compressed) return { instruction: candidate, fields: compressed };
    if (!commutative.has(base) || candidate.name === 'c.mv') continue;
    const swapped = match(candidate, { rd: rd ?? 0, rs1: rs2 ?? 0, rs2: rs1 ?? 0 });
    if (swapped) return { instruction: candidate, fields: swapped };
  }
  return undefined;
}

/** A compressed instruction's conditions on the operands of its base instruction, and where its own operands come from. */
interface Condition {
  /** Base operands that must have these values. */
  readonly fixed: readonly (readonly [OperandName, number])[];
  /** Each of its operands with the base operands that must all have its value. */
  readonly operands: readonly { readonly operand: Operand; readonly sources: readonly OperandName[] }[];
}

const conditions = new Map<Instruction, Condition>(
  compressedInstructions.map((instruction) => [instruction, conditionOf(instruction)]),
);

function conditionOf(instruction: Instruction): Condition {
  const pairs = Object.entries(expansionOf(instruction)?.operands ?? {}) as [OperandName, OperandName | number][];
  return {
    fixed: pairs.flatMap(([name, source]) => (typeof source === 'number' ? [[name, source] as const] : [])),
    operands: instruction.operands.map((operand) => ({
      operand,
      sources: pairs.filter(([, source]) => source === operand.name).map(([name]) => name),
    })),
  };
}

/** The operands of a compressed instruction whose expansion has just these base operands. */
function match(candidate: Instruction, base: Fields, allowsZero = false): Fields | undefined {
  const { fixed, operands } = conditions.get(candidate)!;
  for (const [name, value] of fixed) if (fieldValue(base, name) !== value) return undefined;
  for (const { operand, sources } of operands) {
    const value = commonValue(base, sources);
    if (value === undefined || !operandFits(operand, value)) return undefined;
    if (operand.hints.includes(value) && !(allowsZero && operand.kind === 'immediate')) return undefined;
  }
  const found: { [name in OperandName]?: number } = {};
  for (const { operand, sources } of operands) found[operand.name] = commonValue(base, sources) ?? 0;
  return found;
}

/** The value that these operands have in common, 0 when there are none; undefined when they differ. */
function commonValue(base: Fields, sources: readonly OperandName[]): number | undefined {
  let value: number | undefined;
  for (const source of sources) {
    const own = fieldValue(base, source);
    if (value !== undefined && own !== value) return undefined;
    value = own;
  }
  return value ?? 0;
}
