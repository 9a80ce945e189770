import { FLOAT_REGISTERS } from '../../../simulator/core/index';
import type { GuestCpu } from '../../../simulator/hypervisor/guest';
import { type MemoryInstruction, memoryInstruction } from '../../../simulator/hypervisor/vm/memory-instruction';
import { csrName, type Decoded, decode, expand, systemOperationOf } from '../../../simulator/isa/index';
import type { Fetched } from './instruction-line';
import { core, digits } from './words';

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
  return { ...fetched, privilege: cpu.privilege, access };
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
  const { pc, word, privilege, access } = before;
  const decoded = decode(word);
  const parts = decoded ? [...registers(cpu, expand(decoded)), ...memory(cpu, access, readMemory)] : [];
  const bits = `(0x${digits(word, decoded?.instruction.length ?? 4)})`;
  return [`${core(cpu.id)}${privilege} 0x${digits(pc, 8)} ${bits}`, ...parts].join(' ');
}

function registers(cpu: GuestCpu, { instruction, fields }: Decoded): string[] {
  const destination = instruction.operands.find(({ name }) => name === 'rd');
  const written: string[] = [];
  if (destination?.file === 'f') {
    const value = cpu.hart.x(FLOAT_REGISTERS + (fields.rd ?? 0));
    written.push(`f${String(fields.rd).padEnd(2)} 0x${digits(value, REGISTER)}`);
  } else if (destination && fields.rd) {
    written.push(`x${String(fields.rd).padEnd(2)} 0x${digits(cpu.hart.x(fields.rd), REGISTER)}`);
  }
  const csr = writtenCsr({ instruction, fields });
  const value = csr === undefined ? undefined : cpu.readCsr(csr);
  if (csr !== undefined && value !== undefined) written.push(`c${csr}_${csrName(csr)} 0x${digits(value, REGISTER)}`);
  return written;
}

/** The CSR that an instruction writes: bits that are to be set or cleared and are none write nothing (manual, "Zicsr"). */
function writtenCsr({ instruction, fields }: Decoded): number | undefined {
  const operation = systemOperationOf(instruction);
  if (operation === 'csr-write') return fields.csr;
  if (operation !== 'csr-set' && operation !== 'csr-clear') return undefined;
  return (fields.rs1 ?? fields.uimm) === 0 ? undefined : fields.csr;
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
