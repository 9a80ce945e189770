import type { GuestCpu } from '../../../simulator/hypervisor/guest';
import { type MemoryInstruction, memoryInstruction } from '../../../simulator/hypervisor/vm/memory-instruction';
import { type Decoded, decode, expand } from '../../../simulator/isa/index';
import type { Fetched } from './instruction-line';
import { core, digits } from './words';
import { type FloatState, floatState, writtenRegisters } from './written-registers';

const REGISTER = 8;

/** What was read of memory before an instruction was executed, or will have to be read after it. */
export interface Access {
  readonly instruction: MemoryInstruction;
  readonly address: bigint;
  /** What a store writes. */
  readonly stored: bigint;
}

/** What of an instruction's operands its execution may overwrite. */
export interface Before extends Fetched {
  readonly privilege: number;
  readonly virtual: boolean;
  /** The instruction, expanded if it is compressed; undefined when it is none. */
  readonly decoded: Decoded | undefined;
  readonly float: FloatState;
  readonly access: Access | undefined;
}

/** Looks at an instruction that a CPU may be about to execute. */
export function beforeCommit(cpu: GuestCpu, fetched: Fetched): Before {
  const instruction = memoryInstruction(fetched.word);
  const access = instruction && {
    instruction,
    address: BigInt.asUintN(64, cpu.hart.x(instruction.rs1) + BigInt(instruction.offset)),
    stored: cpu.hart.x(instruction.rs2),
  };
  const found = decode(fetched.word);
  const decoded = found && expand(found);
  const float: FloatState = decoded ? floatState(cpu, decoded) : new Map();
  return { ...fetched, privilege: cpu.privilege, virtual: cpu.virtual, decoded, float, access };
}

/**
 * An instruction that was executed as Spike's option `--log-commits` logs it: privilege, pc, bits, and what was written: registers, CSRs,
 * and the places in memory that were read or written.
 * @param readMemory what is there now at a guest-virtual address; undefined where it is no RAM
 */
export function commitLine(
  cpu: GuestCpu,
  before: Before,
  readMemory: (address: bigint, bytes: number) => bigint | undefined,
): string {
  const { pc, word, privilege, virtual, decoded, float, access } = before;
  const parts = decoded ? [...writtenRegisters(cpu, decoded, virtual, float), ...memory(cpu, access, readMemory)] : [];
  const bits = `(0x${digits(word, (word & 3) === 3 ? 4 : 2)})`;
  return [`${core(cpu.id)}${privilege} 0x${digits(pc, 8)} ${bits}`, ...parts].join(' ');
}

function memory(
  cpu: GuestCpu,
  access: Access | undefined,
  readMemory: (address: bigint, bytes: number) => bigint | undefined,
): string[] {
  if (!access) return [];
  const { instruction, address, stored } = access;
  const { kind, size, rd } = instruction;
  const read = `mem 0x${digits(address, REGISTER)}`;
  const wrote = (value: bigint): string => `${read} 0x${digits(value, size)}`;
  if (kind === 'load') return [read];
  if (kind === 'store') return [wrote(stored)];
  if (instruction.conditional) return cpu.hart.x(rd) === 0n ? [wrote(stored)] : [];
  const value = readMemory(address, size);
  return value === undefined ? [read] : [read, wrote(value)];
}
