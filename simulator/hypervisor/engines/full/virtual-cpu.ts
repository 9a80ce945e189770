import { fromWords, type Hart, highWord, lowWord } from '../../../core/index';
import { Csr } from '../../../isa/index';
import { type Access, Privilege, type WalkStep } from '../../../mmu/index';
import { kickVcpu } from '../../exits/kick';
import type { GuestCpu, GuestMode, GuestPeek } from '../../guest';
import { GuestTables, translateGuest } from '../../memory/guest-walk';
import type { FullVm } from './full-vm';
import type { DeprivilegedVcpu } from './vcpu';

/** Bits 9:8 of a CSR number: the lowest privilege that reaches it. */
const MACHINE_MODE_BITS = 0x300;

/** A vCPU as its guest, and so the debugger, sees it. */
export class VirtualCpu implements GuestCpu {
  /** The guest sees no H extension. */
  readonly virtual = false;
  private readonly tables: GuestTables;

  constructor(
    vm: FullVm,
    readonly vcpu: DeprivilegedVcpu,
  ) {
    this.tables = new GuestTables(vm);
  }

  get id(): number {
    return this.vcpu.id;
  }

  get hart(): Hart {
    return this.vcpu.hart;
  }

  /** While the hart runs the guest, its pc is the guest's; in the VMM, the virtual state has it; in the machine's firmware, mepc. */
  get pc(): bigint {
    const { hart, state } = this.vcpu;
    if (hart.privilege === Privilege.machine) return hart.csr(Csr.mepc.number);
    return this.inVmm ? fromWords(state.pcLow, state.pcHigh) : hart.pc;
  }

  set pc(value: bigint) {
    const { hart, state } = this.vcpu;
    if (hart.privilege === Privilege.machine) hart.setCsr(Csr.mepc.number, value);
    else if (this.inVmm) state.setPc(lowWord(value), highWord(value));
    else hart.pc = value;
  }

  get privilege(): Privilege {
    return this.vcpu.state.privilege;
  }

  /** A guest kernel sees S-mode's CSRs; those of M-mode are the VMM's own affair. */
  readCsr(number: number): bigint | undefined {
    if (!isVisible(number) || !this.vcpu.csrs.find(number)) return undefined;
    const { low, high } = this.vcpu.csrWords(number);
    return fromWords(low, high);
  }

  writeCsr(number: number, value: bigint): boolean {
    const { csrs } = this.vcpu;
    const register = isVisible(number) ? csrs.find(number) : undefined;
    if (!register?.write) return false;
    register.write(csrs, lowWord(value), highWord(value));
    if (number === Csr.satp.number) this.vcpu.guestSpace = this.vcpu.spaces.space(this.vcpu.wantedPaging);
    // What it means for the hardware is arranged on the way into the guest: one that runs goes through the VMM once.
    if (!this.inVmm) kickVcpu(this.vcpu);
    return true;
  }

  peek(address: bigint, access: Access, { privilege }: GuestMode = this): GuestPeek {
    const steps: WalkStep[] = [];
    const user = privilege === Privilege.user;
    const found = translateGuest(this.vcpu, this.tables, lowWord(address), highWord(address), access, user, steps);
    return 'fault' in found ? { fault: found.fault, steps } : { gpa: found.gpa, steps };
  }

  private get inVmm(): boolean {
    return this.vcpu.hart.privilege !== Privilege.user;
  }
}

const isVisible = (number: number): boolean => (number & MACHINE_MODE_BITS) !== MACHINE_MODE_BITS;
