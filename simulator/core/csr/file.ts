/**
 * The CSRs of a hart or vCPU. Each is an object that knows how it reads and writes, and which values it takes (WARL, WPRI). Views
 * (sstatus, sie, hip, ...) hold nothing of their own. Permission by privilege and by number is checked in `instruction.ts`.
 */
import { type CsrDescription, csrNamed, csrs, type MachineCsrName, virtualCsr } from '../../isa';
import type { Pmp } from '../../mmu';
import { type HartState, highWord, lowWord } from '../hart/hart-state';
import type { HartOptions } from '../hart/options';
import { floatRegisters } from './float';
import { hypervisorRegisters } from './hypervisor';
import { type CsrRegister, Refusal } from './register';
import { baseRegisters, triggerRegisters } from './status';

/** Numbers have 12 bits. */
const CSR_NUMBERS = 4096;

/** What CSRs need of their hart besides its registers. */
export interface CsrHost {
  readonly state: HartState;
  readonly pmp: Pmp;
  readonly hartId: number;
  readonly options: HartOptions;
  /** Machine clock in instructions at the current instruction. */
  clock(): number;
  /** Instructions retired before the current one. */
  instructionsRetired(): number;
  /** Translation or privilege of data accesses may have changed. */
  modesChanged(): void;
  /** A new value is in hgatp. */
  hgatpWritten(): void;
  /** What stimecmp and vstimecmp are compared with, or whether they are, may have changed. */
  timersChanged(): void;
}

export class CsrFile {
  low = 0;
  high = 0;
  /** Why the last CSR instruction was refused. */
  refusal: Refusal = Refusal.Allowed;
  /** By number: as long as there are numbers from the start, so that they stay arrays and become no dictionaries. */
  private readonly registers = Array.from<CsrRegister | undefined>({ length: CSR_NUMBERS });
  private readonly virtualRegisters = Array.from<CsrRegister | undefined>({ length: CSR_NUMBERS });

  constructor(readonly host: CsrHost) {
    for (const csr of csrs) this.registers[csr.number] = registerOf(csr, host.options);
    for (const [number, register] of this.registers.entries()) {
      const own = virtualCsr(number);
      this.virtualRegisters[number] = own === number ? register : this.registers[own];
    }
    for (const register of this.registers) register?.reset?.(this);
  }

  get state(): HartState {
    return this.host.state;
  }

  /** The register of a number, if this machine has it, as M- and HS-mode see it. */
  find(number: number): CsrRegister | undefined {
    return this.registers[number];
  }

  /** The register that a number stands for in the current mode. */
  findInMode(number: number): CsrRegister | undefined {
    return this.state.virtual ? this.virtualRegisters[number] : this.registers[number];
  }

  set(low: number, high: number): void {
    this.low = low;
    this.high = high;
  }

  setBig(value: bigint): void {
    this.set(lowWord(value), highWord(value));
  }

  setNumber(value: number): void {
    this.set(value | 0, Math.floor(value / 2 ** 32) | 0);
  }
}

/** What the machine does for each CSR that it has: one that the table names and that is not here does not compile. */
const registersByName: Readonly<Record<MachineCsrName, CsrRegister>> = {
  ...baseRegisters,
  ...floatRegisters,
  ...hypervisorRegisters,
  ...triggerRegisters,
};
const registersByCsr = new Map(Object.entries(registersByName).map(([name, register]) => [csrNamed(name), register]));

function registerOf(csr: CsrDescription, options: HartOptions): CsrRegister | undefined {
  if (csr.group === 'hypervisor' && !options.hypervisor) return undefined;
  const register = registersByCsr.get(csr);
  return register?.exists?.(options) === false ? undefined : register;
}
