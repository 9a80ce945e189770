import type { Hart } from '../core/index';
import { Csr } from '../isa/index';
import { Gva } from '../mmu/address';
import { type Access, Privilege, type WalkStep } from '../mmu/index';
import type { CpuMode, CpuPeek, ServedCpu } from './cpu';
import type { Vcpu } from './vcpu';

/** A vCPU as its guest, and so the debugger, sees it. Its general registers are in the hart that it has. */
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
    return this.hart.retired;
  }

  x(register: number): bigint {
    return this.hart.x(register);
  }

  setX(register: number, value: bigint): void {
    this.hart.setX(register, value);
  }

  xLow(register: number): number {
    return this.hart.xLow(register);
  }

  xHigh(register: number): number {
    return this.hart.xHigh(register);
  }

  setXWords(register: number, low: number, high: number): void {
    this.hart.setXWords(register, low, high);
  }

  /** While the VMM or the machine's firmware has the hart, where it returns to. */
  get pc(): bigint {
    if (this.hart.privilege === Privilege.machine) return this.hart.csr(Csr.mepc.number);
    return this.inVmm ? this.vcpu.pc.value : this.hart.pc;
  }

  set pc(value: bigint) {
    if (this.hart.privilege === Privilege.machine) this.hart.setCsr(Csr.mepc.number, value);
    else if (this.inVmm) this.vcpu.setPc(Gva.of(value));
    else this.hart.pc = value;
  }

  peek(address: bigint, access: Access, { privilege }: CpuMode = this): CpuPeek {
    const steps: WalkStep[] = [];
    const found = this.vcpu.walk(Gva.of(address), access, 'peek', { user: privilege === Privilege.user, steps });
    return 'fault' in found ? { fault: found.fault, steps } : { gpa: found.gpa, steps };
  }

  protected get hart(): Hart {
    return this.vcpu.on;
  }
}
