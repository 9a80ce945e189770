import { ExceptionCode, type SystemOperation } from '../isa';
import { Privilege, virtualPage } from '../mmu';
import { type CsrOperation, csrSourceRegister, executeCsrInstruction } from './csr-instruction';
import { RunExit } from './exits';
import type { Hart } from './hart';
import { Status } from './hart-state';

/** Fields of a SYSTEM instruction. */
const rdOf = (word: number): number => (word >>> 7) & 31;
const rs1Of = (word: number): number => (word >>> 15) & 31;
const rs2Of = (word: number): number => (word >>> 20) & 31;

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

  private accessCsr(operation: CsrOperation, word: number): void {
    const { hart } = this;
    const { csrs, state } = hart;
    const source = csrSourceRegister(word) ?? 0;
    const [low, high] = [state.registerLow(source), state.registerHigh(source)];
    if (!executeCsrInstruction(csrs, operation, word, low, high)) {
      hart.raiseIllegal(word);
      return;
    }
    state.setRegister(rdOf(word), csrs.low, csrs.high);
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
