import { Csr, type CsrOperation, type SystemOperation } from '../../isa';
import { Privilege, virtualPage } from '../../mmu';
import { accessesCsr, csrSourceRegister, executeCsrInstruction } from '../csr/instruction';
import { Refusal } from '../csr/register';
import { rdOf, rs1Of, rs2Of } from '../interpreter/instruction-fields';
import type { MemoryAccess } from '../memory/memory-access';
import type { CorePlatform } from '../memory/platform';
import { executeCacheBlock } from './cache-blocks';
import type { ExecutingHart } from './executing-hart';
import { RunExit } from './exits';
import { HypervisorStatus, Status } from './hart-state';
import { HypervisorInstructions } from './hypervisor-instructions';

/** Instructions that change the machine's modes or ask for its services: not hot, so written to be read. */
export class SystemInstructions {
  private readonly hypervisor: HypervisorInstructions;

  constructor(
    private readonly hart: ExecutingHart,
    private readonly memory: MemoryAccess,
    private readonly platform: CorePlatform,
  ) {
    this.hypervisor = new HypervisorInstructions(hart, memory);
  }

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
        hart.raiseBreakpoint();
        return;
      case 'mret':
      case 'sret':
        this.returnFromTrap(operation, word);
        return;
      case 'wfi':
        this.waitForInterrupt(word);
        return;
      case 'pause':
        hart.leave(RunExit.Pause);
        hart.finishSystem(4);
        return;
      case 'sfence.vma':
        this.fenceTranslations(word);
        return;
      case 'sfence.inval':
        this.orderInvalidations(word);
        return;
      case 'hfence.vvma':
        this.hypervisor.fenceVirtual(word);
        return;
      case 'hfence.gvma':
        this.hypervisor.fenceGuest(word);
        return;
      case 'hypervisor-load':
        this.hypervisor.load(word);
        return;
      case 'hypervisor-store':
        this.hypervisor.store(word);
        return;
      case 'cbo.inval':
      case 'cbo.clean':
      case 'cbo.flush':
      case 'cbo.zero':
        executeCacheBlock(hart, this.memory, operation, word);
        return;
      case 'illegal':
        hart.raiseIllegal(word);
        return;
    }
  }

  private accessCsr(operation: CsrOperation, word: number): void {
    const { hart } = this;
    const { csrs, state } = hart;
    if (accessesCsr(word, Csr.time) && this.platform.timeIsAhead?.()) {
      hart.postpone();
      return;
    }
    const source = csrSourceRegister(word) ?? 0;
    if (!executeCsrInstruction(csrs, operation, word, state.registerLow(source), state.registerHigh(source))) {
      hart.raiseIllegal(word, csrs.refusal);
      return;
    }
    state.setRegister(rdOf(word), csrs.low, csrs.high);
    hart.finishSystem(4);
  }

  private returnFromTrap(instruction: 'mret' | 'sret', word: number): void {
    const { hart } = this;
    const refusal = this.returnRefusal(instruction);
    if (refusal !== Refusal.Allowed) {
      hart.raiseIllegal(word, refusal);
      return;
    }
    hart.returnFromTrap(instruction);
    hart.takeInterrupt();
  }

  /** TSR is about HS-mode, VTSR about VS-mode. */
  private returnRefusal(instruction: 'mret' | 'sret'): Refusal {
    const { privilege, virtual, status, hypervisorStatus } = this.hart.state;
    if (privilege === Privilege.machine) return Refusal.Allowed;
    if (instruction === 'mret') return Refusal.Illegal;
    if (privilege === Privilege.user) return virtual ? Refusal.Virtual : Refusal.Illegal;
    if (virtual) return hypervisorStatus & HypervisorStatus.VTSR ? Refusal.Virtual : Refusal.Allowed;
    return status & Status.TSR ? Refusal.Illegal : Refusal.Allowed;
  }

  private waitForInterrupt(word: number): void {
    const { hart } = this;
    const refusal = this.waitRefusal();
    if (refusal !== Refusal.Allowed) {
      hart.raiseIllegal(word, refusal);
      return;
    }
    if (!hart.interruptAwaits()) hart.leave(RunExit.Wfi);
    hart.finishSystem(4);
  }

  /** In user modes and with TW or VTW nothing is waited for, not even shortly. */
  private waitRefusal(): Refusal {
    const { privilege, virtual, status, hypervisorStatus } = this.hart.state;
    if (privilege === Privilege.machine) return Refusal.Allowed;
    if (status & Status.TW) return Refusal.Illegal;
    if (privilege === Privilege.user) return virtual ? Refusal.Virtual : Refusal.Illegal;
    return virtual && hypervisorStatus & HypervisorStatus.VTW ? Refusal.Virtual : Refusal.Allowed;
  }

  /** sfence.vma: of the translations of V = 0, or, in VS-mode, of the first stage of the current VMID. */
  private fenceTranslations(word: number): void {
    const { hart } = this;
    const { state } = hart;
    const refusal = this.fenceRefusal();
    if (refusal !== Refusal.Allowed) {
      hart.raiseIllegal(word, refusal);
      return;
    }
    const [rs1, rs2] = [rs1Of(word), rs2Of(word)];
    const page = rs1 === 0 ? undefined : virtualPage(state.registerLow(rs1), state.registerHigh(rs1));
    const asid = rs2 === 0 ? undefined : state.registerLow(rs2) & ((1 << hart.options.asidBits) - 1);
    if (state.virtual) hart.fenceVirtual(page, asid);
    else hart.fence(page, asid);
    hart.finishSystem(4);
  }

  /** sfence.w.inval and sfence.inval.ir: each invalidation is done at once, so there is nothing to order. */
  private orderInvalidations(word: number): void {
    const { hart } = this;
    const { privilege, virtual } = hart.state;
    if (privilege === Privilege.user) hart.raiseIllegal(word, virtual ? Refusal.Virtual : Refusal.Illegal);
    else hart.finishSystem(4);
  }

  private fenceRefusal(): Refusal {
    const { privilege, virtual, status, hypervisorStatus } = this.hart.state;
    if (privilege === Privilege.machine) return Refusal.Allowed;
    if (privilege === Privilege.user) return virtual ? Refusal.Virtual : Refusal.Illegal;
    if (virtual) return hypervisorStatus & HypervisorStatus.VTVM ? Refusal.Virtual : Refusal.Allowed;
    return status & Status.TVM ? Refusal.Illegal : Refusal.Allowed;
  }
}
