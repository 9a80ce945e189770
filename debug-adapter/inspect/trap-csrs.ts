import type { GuestMode } from '../../simulator/hypervisor/guest';
import { csrNamed } from '../../simulator/isa/index';
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

const number = (name: string): number => csrNamed(name)?.number ?? 0;

const ofMode = (prefix: string): TrapCsrs => ({
  status: number(`${prefix}status`),
  vector: number(`${prefix}tvec`),
  epc: number(`${prefix}epc`),
  cause: number(`${prefix}cause`),
  value: number(`${prefix}tval`),
});

export const supervisorTrap: HostTrapCsrs = {
  ...ofMode('s'),
  guestAddress: number('htval'),
  instruction: number('htinst'),
};
export const machineTrap: HostTrapCsrs = {
  ...ofMode('m'),
  guestAddress: number('mtval2'),
  instruction: number('mtinst'),
};
const guest: TrapCsrs = ofMode('vs');

/** Those of the mode in which a CPU is; undefined in user mode, into which nothing traps. */
export function trapCsrsOf({ privilege, virtual }: GuestMode): TrapCsrs | HostTrapCsrs | undefined {
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
