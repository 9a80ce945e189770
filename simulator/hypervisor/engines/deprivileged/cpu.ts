import { fromWords, highWord, lowWord } from '../../../core/index';
import { Csr } from '../../../isa/index';
import { Gva } from '../../../mmu/address';
import { type Access, Privilege, type WalkStep } from '../../../mmu/index';
import type { CpuMode, CpuPeek, CpuState } from '../../cpu';
import type { DeprivilegedVcpu } from './vcpu';

/** Bits 9:8 of a CSR number: the lowest privilege that reaches it. */
const MACHINE_MODE_BITS = 0x300;

/** A deprivileged vCPU as its guest, and so the debugger, sees it. */
export class DeprivilegedCpu implements CpuState {
  /** The guest sees no H extension. */
  readonly virtual = false;

  constructor(private readonly vcpu: DeprivilegedVcpu) {}

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

  /** While the hart runs the guest, its pc is the guest's; in the VMM, the virtual state has it; in the machine's firmware, mepc. */
  get pc(): bigint {
    const { on: hart, state } = this.vcpu;
    if (hart.privilege === Privilege.machine) return hart.csr(Csr.mepc.number);
    return this.inVmm ? fromWords(state.pcLow, state.pcHigh) : hart.pc;
  }

  set pc(value: bigint) {
    const { on: hart, state } = this.vcpu;
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
    return this.vcpu.csrValue(number).value;
  }

  writeCsr(number: number, value: bigint): boolean {
    const { csrs } = this.vcpu;
    const register = isVisible(number) ? csrs.find(number) : undefined;
    if (!register?.write) return false;
    register.write(csrs, lowWord(value), highWord(value));
    if (number === Csr.satp.number) this.vcpu.spaceChanged();
    // What it means for the hardware is arranged on the way into the guest: one that runs goes through the VMM once.
    this.vcpu.vm.host.kick(this.vcpu);
    return true;
  }

  peek(address: bigint, access: Access, { privilege }: CpuMode = this): CpuPeek {
    const steps: WalkStep[] = [];
    const found = this.vcpu.walk(Gva.of(address), access, 'peek', { user: privilege === Privilege.user, steps });
    return 'fault' in found ? { fault: found.fault, steps } : { gpa: found.gpa, steps };
  }

  private get inVmm(): boolean {
    return this.vcpu.on.privilege !== Privilege.user;
  }
}

const isVisible = (number: number): boolean => (number & MACHINE_MODE_BITS) !== MACHINE_MODE_BITS;
