import { type MemoryInstruction, memoryInstruction } from '../../../simulator/core/index';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import { type Decoded, decode, expand } from '../../../simulator/isa/index';
import type { Fetched } from './instruction-line';
import { core, digits } from './words';
import { type FloatState, floatState, writtenRegisters } from './written-registers';

const REGISTER = 8;

/** What an instruction accesses in memory. */
interface Access extends Pick<MemoryInstruction, 'kind' | 'size' | 'conditional' | 'rd'> {
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
export function beforeCommit(cpu: CpuState, fetched: Fetched): Before {
  const found = decode(fetched.word);
  const decoded = found && expand(found);
  return {
    ...fetched,
    privilege: cpu.privilege,
    virtual: cpu.virtual,
    decoded,
    float: decoded ? floatState(cpu, decoded) : new Map(),
    access: accessOf(cpu, fetched.word) ?? (decoded && hypervisorAccessOf(cpu, decoded)),
  };
}

function accessOf(cpu: CpuState, word: number): Access | undefined {
  const found = memoryInstruction(word);
  if (!found) return undefined;
  const { kind, size, conditional, rd, rs1, rs2, offset } = found;
  const address = BigInt.asUintN(64, cpu.x(rs1) + BigInt(offset));
  return { kind, size, conditional, rd, address, stored: cpu.x(rs2) };
}

/** HLV, HLVX and HSV: a guest's memory at the address in rs1. */
function hypervisorAccessOf(cpu: CpuState, { instruction, fields }: Decoded): Access | undefined {
  const { memory: facts } = instruction;
  if (!facts?.asGuest) return undefined;
  const { rd = 0, rs1 = 0, rs2 = 0 } = fields;
  const [address, stored] = [cpu.x(rs1), cpu.x(rs2)];
  return { kind: facts.kind, size: facts.size, conditional: false, rd, address, stored };
}

/**
 * An instruction that was executed as Spike's option `--log-commits` logs it: privilege, pc, bits, and what was written: registers, CSRs,
 * and the places in memory that were read or written.
 * @param readMemory what is there now at a guest-virtual address; undefined where it is no RAM
 */
export function commitLine(
  cpu: CpuState,
  before: Before,
  readMemory: (address: bigint, bytes: number) => bigint | undefined,
): string {
  const { pc, word, privilege, virtual, decoded, float, access } = before;
  const parts = decoded ? [...writtenRegisters(cpu, decoded, virtual, float), ...memory(cpu, access, readMemory)] : [];
  const bits = `(0x${digits(word, (word & 3) === 3 ? 4 : 2)})`;
  return [`${core(cpu.id)}${privilege} 0x${digits(pc, 8)} ${bits}`, ...parts].join(' ');
}

function memory(
  cpu: CpuState,
  access: Access | undefined,
  readMemory: (address: bigint, bytes: number) => bigint | undefined,
): string[] {
  if (!access) return [];
  const { kind, size, conditional, rd, address, stored } = access;
  const read = `mem 0x${digits(address, REGISTER)}`;
  const wrote = (value: bigint): string => `${read} 0x${digits(value, size)}`;
  if (kind === 'load') return [read];
  if (kind === 'store') return [wrote(stored)];
  const value = readMemory(address, size);
  // Where rd is x0, only the memory tells whether a store-conditional has stored.
  const hasStored = rd === 0 ? value === BigInt.asUintN(size * 8, stored) : cpu.x(rd) === 0n;
  if (conditional) return hasStored ? [wrote(stored)] : [];
  return value === undefined ? [read] : [read, wrote(value)];
}
