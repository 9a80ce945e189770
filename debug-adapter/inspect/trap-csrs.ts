import type { CpuMode } from '../../simulator/hypervisor/cpu';
import { Csr } from '../../simulator/isa/index';
import { Privilege } from '../../simulator/mmu/index';

/** The numbers of the CSRs that tell a mode of the last trap into it. */
export interface TrapCsrs {
  readonly status: number;
  readonly vector: number;
  readonly epc: number;
  readonly cause: number;
  readonly value: number;
}

/** Those of a mode that can have a guest below it. */
export interface HostTrapCsrs extends TrapCsrs {
  /** Of a guest-page fault: the guest physical address, shifted. */
  readonly guestAddress: number;
  /** What is told of the instruction. */
  readonly instruction: number;
}

export const supervisorTrap: HostTrapCsrs = {
  status: Csr.sstatus.number,
  vector: Csr.stvec.number,
  epc: Csr.sepc.number,
  cause: Csr.scause.number,
  value: Csr.stval.number,
  guestAddress: Csr.htval.number,
  instruction: Csr.htinst.number,
};
export const machineTrap: HostTrapCsrs = {
  status: Csr.mstatus.number,
  vector: Csr.mtvec.number,
  epc: Csr.mepc.number,
  cause: Csr.mcause.number,
  value: Csr.mtval.number,
  guestAddress: Csr.mtval2.number,
  instruction: Csr.mtinst.number,
};
const guest: TrapCsrs = {
  status: Csr.vsstatus.number,
  vector: Csr.vstvec.number,
  epc: Csr.vsepc.number,
  cause: Csr.vscause.number,
  value: Csr.vstval.number,
};

/** Those of the mode in which a CPU is; undefined in user mode, into which nothing traps. */
export function trapCsrsOf({ privilege, virtual }: CpuMode): TrapCsrs | HostTrapCsrs | undefined {
  if (virtual) return privilege === Privilege.supervisor ? guest : undefined;
  return privilege === Privilege.machine
    ? machineTrap
    : privilege === Privilege.supervisor
      ? supervisorTrap
      : undefined;
}

/** What htinst and mtinst say of an access to a table of the first stage (manual, "Transformed Instruction or Pseudoinstruction"). */
const TABLE_ACCESSES: ReadonlySet<bigint> = new Set([0x2000n, 0x2020n, 0x3000n, 0x3020n]);

/**
 * The guest physical address that htval or mtval2 holds shifted by two bits: of the guest's own access the low bits are those of the virtual
 * address; entries of its tables are aligned (manual, "Hypervisor Trap Value Register").
 */
export function guestPhysicalOf(shifted: bigint, instruction: bigint, value: bigint): bigint {
  return (shifted << 2n) | (TABLE_ACCESSES.has(instruction) ? 0n : value & 3n);
}
