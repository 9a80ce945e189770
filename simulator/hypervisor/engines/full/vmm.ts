import type { Hart } from '../../../core/index';
import { answerSbiCall } from '../../../firmware/sbi/call';
import { causeOf, ExceptionCode, InterruptCode, isMisaligned } from '../../../isa/index';
import type { HostedSoftware } from '../../../machine/hosted-software';
import { type Narration, step } from '../../../machine/narration';
import { Gva } from '../../../mmu/address';
import { Access } from '../../../mmu/index';
import { advance } from '../../exits/advance';
import { openExit } from '../../exits/exit';
import { fetchInstruction } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import { acknowledgeKick } from '../../exits/kick';
import { emulateMisaligned } from '../../exits/misaligned';
import type { ExitReason } from '../../ledger/ledger';
import { GuestTablesAsHardware } from '../../memory/guest-walk';
import type { VmSbiHost } from '../../sbi-host';
import type { FullVm } from './full-vm';
import { handlePageFault } from './page-fault';
import { emulatePrivileged } from './privileged';
import type { DeprivilegedVcpu } from './vcpu';
import { enterGuest, leaveGuest } from './world-switch';

/** Kinds of exits as the cause alone tells them; the handler knows better once it has looked. */
const FIRST_GUESS: { readonly [cause: number]: ExitReason } = {
  [ExceptionCode.illegalInstruction]: 'privileged-instruction',
  [ExceptionCode.userEcall]: 'sbi-call',
  [ExceptionCode.instructionPageFault]: 'page-fault',
  [ExceptionCode.loadPageFault]: 'page-fault',
  [ExceptionCode.storePageFault]: 'page-fault',
};
const ACCESS_OF_FAULT: { readonly [cause: number]: Access } = {
  [ExceptionCode.instructionPageFault]: Access.execute,
  [ExceptionCode.loadPageFault]: Access.read,
  [ExceptionCode.storePageFault]: Access.write,
};

/**
 * The VMM of the engine `full`: trap and emulate. Its guest's kernel runs in the hardware's U-mode, so every privileged instruction,
 * every fault and every interrupt of the hart comes here, into HS-mode.
 */
export class TrapAndEmulateVmm implements HostedSoftware {
  readonly name = 'vmm';
  private readonly tables: GuestTablesAsHardware;

  constructor(
    private readonly vm: FullVm,
    private readonly sbi: VmSbiHost,
  ) {
    this.tables = new GuestTablesAsHardware(vm);
  }

  *handleTrap(hart: Hart): Narration {
    const { vm } = this;
    const vcpu = vm.vcpus[hart.id];
    if (!vcpu) throw new RangeError(`hart ${hart.id} runs no vCPU`);
    leaveGuest(vcpu);
    const { cause, isInterrupt, low, high } = openExit(vm, vcpu, FIRST_GUESS);
    const pc = new Gva(vcpu.pcLow, vcpu.pcHigh);
    const name = causeOf(cause, isInterrupt).name;
    yield step`the hart has trapped into the VMM: ${name} at ${pc}, by scause and sepc`;
    if (isInterrupt) yield* this.handleInterrupt(vcpu, cause);
    else yield* this.handleException(vcpu, cause, low, high);
    yield* enterGuest(vm, vcpu);
    vm.ledger.close();
  }

  state() {
    return {
      board: this.vm.board?.state() ?? [],
      sbi: this.sbi.state(),
      vcpus: this.vm.vcpus.map((vcpu) => vcpu.saveState()),
    };
  }

  restore({ board, sbi, vcpus }: ReturnType<TrapAndEmulateVmm['state']>): void {
    this.vm.board?.restore(board);
    this.sbi.restore(sbi);
    for (const [index, state] of vcpus.entries()) this.vm.vcpus[index]?.restoreState(state);
  }

  private *handleException(vcpu: DeprivilegedVcpu, cause: number, low: number, high: number): Narration {
    const { vm } = this;
    const access = ACCESS_OF_FAULT[cause];
    if (access !== undefined) {
      yield* handlePageFault(vm, vcpu, this.tables, access, low, high);
    } else if (cause === ExceptionCode.illegalInstruction) {
      // The hardware may leave stval zero: then the bits are fetched as the guest would fetch them.
      yield* emulatePrivileged(vm, vcpu, low || (fetchInstruction(vm, vcpu, this.tables) ?? 0));
    } else if (cause === ExceptionCode.userEcall) {
      yield* this.handleEcall(vcpu);
    } else if (isMisaligned(cause) && !this.sbi.delegatesMisaligned(vcpu)) {
      yield* emulateMisaligned(vm, vcpu, this.tables, cause, new Gva(low, high));
    } else {
      yield step`the exception is the guest's own`;
      yield* inject(vm, vcpu, cause, false, low, high);
    }
  }

  /** Both virtual modes call from the hardware's U-mode; the virtual mode tells a system call from a call to the firmware. */
  private *handleEcall(vcpu: DeprivilegedVcpu): Narration {
    const { vm } = this;
    if (vcpu.user) {
      vm.ledger.classify('guest-exception');
      yield step`ecall in virtual U-mode: a system call of the guest's program to the guest's kernel`;
      yield* inject(vm, vcpu, ExceptionCode.userEcall, false, 0, 0);
      return;
    }
    yield step`ecall in virtual S-mode: the guest's kernel calls its firmware, which is the VMM`;
    vm.ledger.charge('sbiCall');
    const result = yield* answerSbiCall(this.sbi, vcpu.hart, vcpu.id);
    if (result === 'trapped') return;
    if (result === 'left') vm.machine.retireEmulated(vcpu.hart);
    else advance(vm, vcpu, 4);
  }

  private *handleInterrupt(vcpu: DeprivilegedVcpu, code: number): Narration {
    if (code === InterruptCode.supervisorTimer) {
      yield step`the machine's timer has come, which was set for the guest: its virtual timer interrupt is pending`;
      vcpu.timerExpired();
    } else {
      yield step`interrupt lines of vCPU ${vcpu.id} have changed: look at its virtual interrupts`;
      acknowledgeKick(vcpu);
    }
  }
}
