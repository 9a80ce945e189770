import { highWord, lowWord } from '../../../core/index';
import { Csr } from '../../../isa/index';
import { Privilege } from '../../../mmu/index';
import { VcpuCpu } from '../../vcpu-cpu';
import type { ParaVcpu } from './vcpu';

/** Bits 9:8 of a CSR number: the lowest privilege that reaches it; 0 for U-mode. */
const PRIVILEGE_BITS = 0x300;

/** A vCPU of a ported guest as that sees it: what S-mode has in CSRs, it has in words of the shared page. */
export class ParaCpu extends VcpuCpu<ParaVcpu> {
  get privilege(): Privilege {
    return this.vcpu.user ? Privilege.user : Privilege.supervisor;
  }

  readCsr(number: number): bigint | undefined {
    if ((number & PRIVILEGE_BITS) !== 0 || !this.vcpu.csrs.find(number)) return undefined;
    return isOfHart(number) ? this.registers.csr(number) : this.vcpu.csrValue(number).value;
  }

  writeCsr(number: number, value: bigint): boolean {
    if ((number & PRIVILEGE_BITS) !== 0) return false;
    if (isOfHart(number)) {
      this.registers.setCsr(number, value);
      return true;
    }
    const { csrs } = this.vcpu;
    const register = csrs.find(number);
    if (!register?.write) return false;
    register.write(csrs, lowWord(value), highWord(value));
    return true;
  }

  protected get inVmm(): boolean {
    return this.registers.privilege !== Privilege.user;
  }
}

const FLOAT_CSRS: ReadonlySet<number> = new Set([Csr.fflags.number, Csr.frm.number, Csr.fcsr.number]);

/** U-mode has them without the VMM. */
const isOfHart = (number: number): boolean => FLOAT_CSRS.has(number);
