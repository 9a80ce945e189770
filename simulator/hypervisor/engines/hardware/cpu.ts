import { Status } from '../../../core/index';
import { Csr, virtualCsr } from '../../../isa/index';
import { Gva } from '../../../mmu/address';
import { type Access, Privilege, type WalkStep } from '../../../mmu/index';
import type { CpuMode, CpuPeek, CpuState } from '../../cpu';
import type { HardwareVcpu } from './vcpu';

/** A vCPU in VS-mode as its guest, and so the debugger, sees it. */
export class HardwareCpu implements CpuState {
  /** The guest sees no H extension. */
  readonly virtual = false;

  constructor(private readonly vcpu: HardwareVcpu) {}

  get id(): number {
    return this.vcpu.id;
  }

  get isStarted(): boolean {
    return this.vcpu.run !== 'off';
  }

  get retired(): number {
    return this.vcpu.on.retired;
  }

  x(register: number): bigint {
    return this.vcpu.on.x(register);
  }

  setX(register: number, value: bigint): void {
    this.vcpu.on.setX(register, value);
  }

  /** While the VMM or the machine's firmware has the hart, where it returns to. */
  get pc(): bigint {
    const { on: hart } = this.vcpu;
    if (hart.privilege === Privilege.machine) return hart.csr(Csr.mepc.number);
    return this.vcpu.inVmm ? hart.csr(Csr.sepc.number) : hart.pc;
  }

  set pc(value: bigint) {
    const { on: hart } = this.vcpu;
    if (hart.privilege === Privilege.machine) hart.setCsr(Csr.mepc.number, value);
    else if (this.vcpu.inVmm) hart.setCsr(Csr.sepc.number, value);
    else hart.pc = value;
  }

  get privilege(): Privilege {
    const { on: hart } = this.vcpu;
    if (hart.privilege === Privilege.machine)
      return ((hart.state.status & Status.MPP) >> Status.MPP_SHIFT) as Privilege;
    return this.vcpu.user ? Privilege.user : Privilege.supervisor;
  }

  /** The guest sees S-mode's CSRs, which the hardware keeps as VS-mode's; those of M- and HS-mode are not its affair. */
  readCsr(number: number): bigint | undefined {
    const { on: hart } = this.vcpu;
    return isVisible(number) && hart.csrs.find(number) ? hart.csr(virtualCsr(number)) : undefined;
  }

  writeCsr(number: number, value: bigint): boolean {
    const { on: hart } = this.vcpu;
    if (!isVisible(number) || !hart.csrs.find(virtualCsr(number))?.write) return false;
    hart.setCsr(virtualCsr(number), value);
    return true;
  }

  peek(address: bigint, access: Access, { privilege }: CpuMode = this): CpuPeek {
    const steps: WalkStep[] = [];
    const found = this.vcpu.walk(Gva.of(address), access, 'peek', { user: privilege === Privilege.user, steps });
    return 'fault' in found ? { fault: found.fault, steps } : { gpa: found.gpa, steps };
  }
}

/** Bits 9:8 of a CSR's number are the lowest privilege that reaches it: 2 is HS-mode, 3 is M-mode. */
const isVisible = (number: number): boolean => ((number >> 8) & 3) < 2;
