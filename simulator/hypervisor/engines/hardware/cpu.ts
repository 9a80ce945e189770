import { Status } from '../../../core/index';
import { Csr, virtualCsr } from '../../../isa/index';
import { Privilege } from '../../../mmu/index';
import { VcpuCpu } from '../../vcpu-cpu';
import { counterNumbered } from './counters';
import type { HardwareVcpu } from './vcpu';

/** A vCPU in VS-mode as its guest sees it: its CSRs are the hart's VS CSRs. */
export class HardwareCpu extends VcpuCpu<HardwareVcpu> {
  get privilege(): Privilege {
    const { registers } = this;
    if (registers.privilege === Privilege.machine)
      return ((registers.state.status & Status.MPP) >> Status.MPP_SHIFT) as Privilege;
    return this.vcpu.user ? Privilege.user : Privilege.supervisor;
  }

  /** The guest sees S-mode's CSRs, which the hardware keeps as VS-mode's; those of M- and HS-mode are not its affair. */
  readCsr(number: number): bigint | undefined {
    const counter = this.vcpu.hasOwnCounters ? counterNumbered(number) : undefined;
    if (counter) return this.vcpu.ownCounter(counter);
    if (number === Csr.time.number) return this.vcpu.ticks;
    const { registers } = this;
    return isVisible(number) && registers.csrs.find(number) ? registers.csr(virtualCsr(number)) : undefined;
  }

  writeCsr(number: number, value: bigint): boolean {
    const { registers } = this;
    if (!isVisible(number) || !registers.csrs.find(virtualCsr(number))?.write) return false;
    registers.setCsr(virtualCsr(number), value);
    // It may have ended a wait.
    if (!this.vcpu.on) this.vcpu.vm.host.kick(this.vcpu, 'ipi');
    return true;
  }

  protected get inVmm(): boolean {
    return this.vcpu.inVmm;
  }
}

/** Bits 9:8 of a CSR's number are the lowest privilege that reaches it: 2 is HS-mode, 3 is M-mode. */
const isVisible = (number: number): boolean => ((number >> 8) & 3) < 2;
