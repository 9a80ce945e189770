import type { Hart } from '../../../core/index';
import { answerSbiCall } from '../../../firmware/sbi/call';
import { causeOf, ExceptionCode, InterruptCode, isMisaligned, systemOperationOf } from '../../../isa/index';
import type { HostedSoftware } from '../../../machine/hosted-software';
import { type Narration, step } from '../../../machine/narration';
import { Gva } from '../../../mmu/address';
import { advance } from '../../exits/advance';
import { openExit } from '../../exits/exit';
import { fetchInstruction } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import { acknowledgeKick } from '../../exits/kick';
import { emulateMisaligned } from '../../exits/misaligned';
import type { ExitReason } from '../../ledger/ledger';
import { GuestTables, GuestTablesAsHardware } from '../../memory/guest-walk';
import type { VmSbiHost } from '../../sbi-host';
import { ACCESS_OF_GUEST_FAULT, handleGuestPageFault } from './guest-page-fault';
import type { HardwareVm } from './hardware-vm';
import type { HardwareVcpu } from './vcpu';
import { enterGuest } from './world-switch';

/** Kinds of exits as the cause alone tells them; the handler knows better once it has looked. */
const FIRST_GUESS: { readonly [cause: number]: ExitReason } = {
  [ExceptionCode.virtualSupervisorEcall]: 'sbi-call',
  [ExceptionCode.virtualInstruction]: 'virtual-instruction',
  [ExceptionCode.instructionGuestPageFault]: 'second-stage-fill',
  [ExceptionCode.loadGuestPageFault]: 'second-stage-fill',
  [ExceptionCode.storeGuestPageFault]: 'second-stage-fill',
};

/**
 * The VMM of the engine `hardware`. Its guest runs in VS-mode with CSRs and page tables of its own; what comes here, into HS-mode, is
 * what hedeleg, hideleg and hstatus leave: guest-page faults, calls to the firmware, wfi, and the hart's own interrupts.
 */
export class HardwareVmm implements HostedSoftware {
  readonly name = 'vmm';

  constructor(
    private readonly vm: HardwareVm,
    private readonly sbi: VmSbiHost,
  ) {}

  *handleTrap(hart: Hart): Narration {
    const { vm } = this;
    const vcpu = vm.vcpus[hart.id];
    if (!vcpu) throw new RangeError(`hart ${hart.id} runs no vCPU`);
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
      stage: this.vm.stage.state(),
      vcpus: this.vm.vcpus.map(({ external, lastInjection }) => ({ external, lastInjection })),
    };
  }

  restore({ board, sbi, stage, vcpus }: ReturnType<HardwareVmm['state']>): void {
    this.vm.board?.restore(board);
    this.sbi.restore(sbi);
    this.vm.stage.restore(stage);
    for (const [index, { external, lastInjection }] of vcpus.entries())
      Object.assign(this.vm.vcpus[index] ?? {}, { external, lastInjection: { ...lastInjection } });
  }

  private *handleException(vcpu: HardwareVcpu, cause: number, low: number, high: number): Narration {
    const { vm } = this;
    const access = ACCESS_OF_GUEST_FAULT[cause];
    if (access !== undefined) {
      yield* handleGuestPageFault(vm, vcpu, access, low, high);
    } else if (cause === ExceptionCode.virtualSupervisorEcall) {
      yield* this.handleSbiCall(vcpu);
    } else if (cause === ExceptionCode.virtualInstruction) {
      yield* this.handleVirtualInstruction(vcpu, low);
    } else if (isMisaligned(cause) && !this.sbi.delegatesMisaligned(vcpu)) {
      yield* emulateMisaligned(vm, vcpu, new GuestTablesAsHardware(vm), cause, new Gva(low, high));
    } else {
      yield step`the exception is the guest's own`;
      yield* inject(vm, vcpu, cause, false, low, high);
    }
  }

  private *handleSbiCall(vcpu: HardwareVcpu): Narration {
    const { vm } = this;
    yield step`ecall in VS-mode: the guest's kernel calls its firmware, which is the VMM`;
    vm.ledger.charge('sbiCall');
    const result = yield* answerSbiCall(this.sbi, vcpu.hart, vcpu.id);
    if (result === 'trapped') return;
    if (result === 'left') vm.machine.retireEmulated(vcpu.hart);
    else advance(vm, vcpu, 4);
  }

  /** What V=1 forbids, or hstatus makes trap: wfi with VTW. */
  private *handleVirtualInstruction(vcpu: HardwareVcpu, value: number): Narration {
    const { vm } = this;
    const word = value || (fetchInstruction(vm, vcpu, new GuestTables(vm)) ?? 0);
    const instruction = vm.instructions.find(word).decoded?.instruction;
    const mnemonic = instruction?.name ?? 'no instruction';
    vm.ledger.charge('decode');
    vm.ledger.decoded(word);
    yield step`decode the instruction that trapped: ${mnemonic}`;
    if (instruction && systemOperationOf(instruction) === 'wfi' && !vcpu.user) {
      vm.ledger.classify('wait');
      yield* this.emulateWait(vcpu);
      return;
    }
    vm.ledger.classify('guest-exception');
    yield step`the guest's own hart would not have it either: an illegal instruction of the guest`;
    yield* inject(vm, vcpu, ExceptionCode.illegalInstruction, false, word | 0, 0);
  }

  private *emulateWait(vcpu: HardwareVcpu): Narration {
    const { vm } = this;
    advance(vm, vcpu, 4);
    if (vcpu.interruptAwaits) {
      yield step`an interrupt is pending: wfi ends at once`;
      return;
    }
    yield step`nothing is pending: the vCPU waits, and the hart is free`;
    vm.machine.scheduler.wait(vcpu.hart);
  }

  private *handleInterrupt(vcpu: HardwareVcpu, code: number): Narration {
    if (code === InterruptCode.supervisorTimer) {
      yield step`the machine's timer has come, which was set for the guest: set VSTIP in hvip`;
      vcpu.timerExpired();
    } else {
      yield step`interrupt lines of vCPU ${vcpu.id} have changed`;
      acknowledgeKick(vcpu);
    }
  }
}
