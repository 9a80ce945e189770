import { highWord, lowWord, Status } from '../../../core/index';
import { Csr } from '../../../isa/index';
import { Privilege } from '../../../mmu/index';
import { VcpuCpu } from '../../vcpu-cpu';
import type { DeprivilegedVcpu } from './vcpu';

/** Bits 9:8 of a CSR number: the lowest privilege that reaches it. */
const MACHINE_MODE_BITS = 0x300;

/** A deprivileged vCPU as its guest sees it: privilege and CSRs are virtual. */
export class DeprivilegedCpu extends VcpuCpu<DeprivilegedVcpu> {
  get privilege(): Privilege {
    return this.vcpu.state.privilege;
  }

  /** A guest kernel sees S-mode's CSRs; those of M-mode are the VMM's own affair. */
  readCsr(number: number): bigint | undefined {
    if (!isVisible(number) || !this.vcpu.csrs.find(number)) return undefined;
    const { state } = this.vcpu;
    const { status } = state;
    // While the guest runs, the hardware knows what it makes of its floating-point registers; the VMM learns of it at the next exit.
    if (!this.inVmm) state.status = (status & ~Status.FS) | (this.registers.state.status & Status.FS);
    const { value } = this.vcpu.csrValue(number);
    state.status = status;
    return value;
  }

  writeCsr(number: number, value: bigint): boolean {
    const { csrs } = this.vcpu;
    const register = isVisible(number) ? csrs.find(number) : undefined;
    if (!register?.write) return false;
    register.write(csrs, lowWord(value), highWord(value));
    if (number === Csr.satp.number) this.vcpu.spaceChanged();
    // What it means for the hardware is arranged on the way into the guest: one that runs goes through the VMM once.
    this.vcpu.vm.host.kick(this.vcpu, 'ipi');
    return true;
  }

  protected get inVmm(): boolean {
    return this.registers.privilege !== Privilege.user;
  }
}

const isVisible = (number: number): boolean => (number & MACHINE_MODE_BITS) !== MACHINE_MODE_BITS;
