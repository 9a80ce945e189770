import type { Registers } from '../core/index';
import { Csr } from '../isa/index';
import { Gva } from '../mmu/address';
import { type Access, Privilege, type WalkStep } from '../mmu/index';
import type { CpuMode, CpuPeek, ServedCpu } from './cpu';
import type { Vcpu } from './vcpu';

/** A vCPU as its guest, and so the debugger, sees it. Its registers are in the hart that it has, or put away. */
export abstract class VcpuCpu<Of extends Vcpu> implements ServedCpu {
  /** The guest sees no H extension. */
  readonly virtual = false;

  constructor(protected readonly vcpu: Of) {}

  abstract readonly privilege: Privilege;
  abstract readCsr(number: number): bigint | undefined;
  abstract writeCsr(number: number, value: bigint): boolean;
  /** Whether the VMM has the hart: then the guest's pc is where the VMM keeps it. */
  protected abstract readonly inVmm: boolean;

  get id(): number {
    return this.vcpu.id;
  }

  get isStarted(): boolean {
    return this.vcpu.run !== 'off';
  }

  get retired(): number {
    return this.vcpu.retired;
  }

  x(register: number): bigint {
    return this.registers.x(register);
  }

  setX(register: number, value: bigint): void {
    this.registers.setX(register, value);
  }

  xLow(register: number): number {
    return this.registers.xLow(register);
  }

  xHigh(register: number): number {
    return this.registers.xHigh(register);
  }

  setXWords(register: number, low: number, high: number): void {
    this.registers.setXWords(register, low, high);
  }

  /** While the VMM or the machine's firmware has the hart, where it returns to. */
  get pc(): bigint {
    const { registers } = this;
    if (registers.privilege === Privilege.machine) return registers.csr(Csr.mepc.number);
    return this.inVmm ? this.vcpu.pc.value : registers.pc;
  }

  set pc(value: bigint) {
    const { registers } = this;
    if (registers.privilege === Privilege.machine) registers.setCsr(Csr.mepc.number, value);
    else if (this.inVmm) this.vcpu.setPc(Gva.of(value));
    else registers.pc = value;
  }

  peek(address: bigint, access: Access, { privilege }: CpuMode = this): CpuPeek {
    const steps: WalkStep[] = [];
    const found = this.vcpu.walk(Gva.of(address), access, 'peek', { user: privilege === Privilege.user, steps });
    return 'fault' in found ? { fault: found.fault, steps } : { gpa: found.gpa, steps };
  }

  protected get registers(): Registers {
    return this.vcpu.registers;
  }
}
