import { highWord, lowWord, translationWords } from '../../../core/index';
import { Csr, PagingMode } from '../../../isa/index';
import { CsrValue, FRAME } from '../../../mmu/address';
import { Privilege } from '../../../mmu/index';
import { VcpuCpu } from '../../vcpu-cpu';
import type { PortedVcpu } from './ported';

/** Bits 9:8 of a CSR number: the lowest privilege that reaches it; 0 for U-mode. */
const PRIVILEGE_BITS = 0x300;

/** A vCPU of a ported guest as that sees it: what S-mode has in CSRs, it has in words of the shared page. */
export class ParaCpu extends VcpuCpu<PortedVcpu> {
  get privilege(): Privilege {
    return this.vcpu.user ? Privilege.user : Privilege.supervisor;
  }

  readonly registeredSatp = (privilege: Privilege): bigint => {
    const { roots } = this.vcpu;
    const kind = privilege === Privilege.user ? 'user' : 'kernel';
    const hpa = roots.hpa(kind);
    const asid = roots.asidOf(kind) ?? 0;
    if (hpa === 0) return 0n;
    const { low, high } = translationWords(PagingMode.sv39, asid, hpa / FRAME);
    return new CsrValue(Csr.satp.number, low, high).value;
  };

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
