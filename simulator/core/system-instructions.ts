import { csrNumbered, ExceptionCode, type SystemOperation } from '../isa';
import { Privilege, virtualPage } from '../mmu';
import { RunExit } from './exits';
import type { Hart } from './hart';
import { CsrSlot, Status } from './hart-state';

const privilegeOf = { u: Privilege.user, s: Privilege.supervisor, m: Privilege.machine } as const;

const MIP = 0x344;

/** Fields of a SYSTEM instruction. */
const rdOf = (word: number): number => (word >>> 7) & 31;
const rs1Of = (word: number): number => (word >>> 15) & 31;
const rs2Of = (word: number): number => (word >>> 20) & 31;
/** csrrwi, csrrsi, csrrci: the field of rs1 is the value itself. */
const hasImmediate = (word: number): boolean => ((word >>> 14) & 1) !== 0;

/** Instructions that change the machine's modes or ask for its services: not hot, so written to be read. */
export class SystemInstructions {
  constructor(private readonly hart: Hart) {}

  /** @param word the whole instruction */
  execute(operation: SystemOperation, word: number): void {
    const { hart } = this;
    switch (operation) {
      case 'csr-write':
      case 'csr-set':
      case 'csr-clear':
        this.accessCsr(operation, word);
        return;
      case 'ecall':
        hart.raiseEcall();
        return;
      case 'ebreak':
        hart.raise(ExceptionCode.breakpoint, 0, 0);
        return;
      case 'mret':
      case 'sret':
        this.returnFromTrap(operation, word);
        return;
      case 'wfi':
        this.waitForInterrupt(word);
        return;
      case 'pause':
        hart.leave(RunExit.Yield);
        hart.finishSystem(4);
        return;
      case 'sfence.vma':
        this.fenceTranslations(word);
        return;
      case 'illegal':
        hart.raiseIllegal(word);
        return;
    }
  }

  /** csrrw with rd = x0 does not read; csrrs and csrrc with rs1 = x0 (or an immediate of 0) do not write. */
  private accessCsr(operation: 'csr-write' | 'csr-set' | 'csr-clear', word: number): void {
    const { hart } = this;
    const { csrs, state } = hart;
    const number = word >>> 20;
    const source = rs1Of(word);
    const writes = operation === 'csr-write' || source !== 0;
    const register = csrs.find(number);
    const entry = csrNumbered(number);
    const isAllowed =
      register !== undefined &&
      entry !== undefined &&
      state.privilege >= privilegeOf[entry.privilege] &&
      !(writes && entry.readOnly) &&
      (register.allowed?.(csrs) ?? true);
    if (!isAllowed) {
      hart.raiseIllegal(word);
      return;
    }
    const low = hasImmediate(word) ? source : state.registerLow(source);
    const high = hasImmediate(word) ? 0 : state.registerHigh(source);
    register.read(csrs);
    const oldLow = csrs.low;
    const oldHigh = csrs.high;
    if (writes) {
      // What is set or cleared in mip is what software wrote there: the wires do not stick.
      const baseLow = number === MIP ? state.csrLow(CsrSlot.mip) : oldLow;
      if (operation === 'csr-write') register.write?.(csrs, low, high);
      else if (operation === 'csr-set') register.write?.(csrs, baseLow | low, oldHigh | high);
      else register.write?.(csrs, baseLow & ~low, oldHigh & ~high);
    }
    state.setRegister(rdOf(word), oldLow, oldHigh);
    hart.finishSystem(4);
  }

  private returnFromTrap(instruction: 'mret' | 'sret', word: number): void {
    const { hart } = this;
    const { privilege, status } = hart.state;
    const needed = instruction === 'mret' ? Privilege.machine : Privilege.supervisor;
    const isTrapped = instruction === 'sret' && privilege === Privilege.supervisor && (status & Status.TSR) !== 0;
    if (privilege < needed || isTrapped) {
      hart.raiseIllegal(word);
      return;
    }
    hart.returnFromTrap(instruction);
    hart.takeInterrupt();
  }

  /** In U-mode illegal; with TW illegal below M-mode: nothing is waited for, not even shortly. */
  private waitForInterrupt(word: number): void {
    const { hart } = this;
    const { privilege, status } = hart.state;
    const isTrapped = privilege < Privilege.machine && (status & Status.TW) !== 0;
    if (privilege === Privilege.user || isTrapped) {
      hart.raiseIllegal(word);
      return;
    }
    if (!hart.interruptAwaits()) hart.leave(RunExit.Wfi);
    hart.finishSystem(4);
  }

  private fenceTranslations(word: number): void {
    const { hart } = this;
    const { state } = hart;
    const isTrapped = state.privilege === Privilege.supervisor && (state.status & Status.TVM) !== 0;
    if (state.privilege === Privilege.user || isTrapped) {
      hart.raiseIllegal(word);
      return;
    }
    const [rs1, rs2] = [rs1Of(word), rs2Of(word)];
    const page = rs1 === 0 ? undefined : virtualPage(state.registerLow(rs1), state.registerHigh(rs1));
    const asid = rs2 === 0 ? undefined : state.registerLow(rs2) & 0xffff;
    hart.fence(page, asid);
    hart.finishSystem(4);
  }
}
