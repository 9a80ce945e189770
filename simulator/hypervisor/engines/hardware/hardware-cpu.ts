import { type Hart, highWord, lowWord, Status } from '../../../core/index';
import { Csr, virtualCsr } from '../../../isa/index';
import { type Access, Privilege, type WalkStep } from '../../../mmu/index';
import type { GuestCpu, GuestMode, GuestPeek } from '../../guest';
import { GuestTables, translateGuest } from '../../memory/guest-walk';
import type { HardwareVm } from './hardware-vm';
import type { HardwareVcpu } from './vcpu';

/** A vCPU in VS-mode as its guest, and so the debugger, sees it. */
export class HardwareCpu implements GuestCpu {
  /** The guest sees no H extension. */
  readonly virtual = false;
  private readonly tables: GuestTables;

  constructor(
    vm: HardwareVm,
    readonly vcpu: HardwareVcpu,
  ) {
    this.tables = new GuestTables(vm);
  }

  get id(): number {
    return this.vcpu.id;
  }

  get hart(): Hart {
    return this.vcpu.hart;
  }

  /** While the VMM or the machine's firmware has the hart, where it returns to. */
  get pc(): bigint {
    const { hart } = this;
    if (hart.privilege === Privilege.machine) return hart.csr(Csr.mepc.number);
    return this.vcpu.inVmm ? hart.csr(Csr.sepc.number) : hart.pc;
  }

  set pc(value: bigint) {
    const { hart } = this;
    if (hart.privilege === Privilege.machine) hart.setCsr(Csr.mepc.number, value);
    else if (this.vcpu.inVmm) hart.setCsr(Csr.sepc.number, value);
    else hart.pc = value;
  }

  get privilege(): Privilege {
    const { hart } = this;
    if (hart.privilege === Privilege.machine)
      return ((hart.state.status & Status.MPP) >> Status.MPP_SHIFT) as Privilege;
    return this.vcpu.user ? Privilege.user : Privilege.supervisor;
  }

  /** The guest sees S-mode's CSRs, which the hardware keeps as VS-mode's; those of M- and HS-mode are not its affair. */
  readCsr(number: number): bigint | undefined {
    if (!isVisible(number) || !this.hart.csrs.find(number)) return undefined;
    return this.hart.csr(virtualCsr(number));
  }

  writeCsr(number: number, value: bigint): boolean {
    if (!isVisible(number) || !this.hart.csrs.find(virtualCsr(number))?.write) return false;
    this.hart.setCsr(virtualCsr(number), value);
    return true;
  }

  peek(address: bigint, access: Access, { privilege }: GuestMode = this): GuestPeek {
    const steps: WalkStep[] = [];
    const user = privilege === Privilege.user;
    const found = translateGuest(this.vcpu, this.tables, lowWord(address), highWord(address), access, user, steps);
    return 'fault' in found ? { fault: found.fault, steps } : { gpa: found.gpa, steps };
  }
}

/** Bits 9:8 of a CSR's number are the lowest privilege that reaches it: 2 is HS-mode, 3 is M-mode. */
const isVisible = (number: number): boolean => ((number >> 8) & 3) < 2;
