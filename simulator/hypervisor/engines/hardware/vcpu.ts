import { Object as ObjectOf } from '@sinclair/typebox';
import {
  CsrSlot,
  Environment,
  EnvironmentHigh,
  type Hart,
  HypervisorStatus,
  modeOf,
  NANOSECONDS_PER_TICK,
  type Registers,
  rootOf,
  Status,
  spaceOf,
  timerWords,
  translationWords,
} from '../../../core/index';
import {
  ALL_COUNTERS,
  COMMON_COUNTERS,
  Csr,
  causeBits,
  Exception,
  ExceptionCode,
  InterruptBit,
  isMisaligned,
  PagingMode,
  VIRTUAL_INTERRUPTS,
} from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import type { Trap } from '../../../machine/trap';
import { CsrValue, FRAME, Gva, Hpa } from '../../../mmu/address';
import { Access, Privilege, virtualPage, type WalkStep } from '../../../mmu/index';
import { type Component, componentOf, stateSchema } from '../../../schema/state/component';
import { bits, flag } from '../../../schema/state/fields';
import type { Exit } from '../../exits/exit';
import { commonExits } from '../../exits/exit-kind';
import { inject } from '../../exits/inject';
import { emulateMisaligned } from '../../exits/misaligned';
import type { Foreseen } from '../../foreseen';
import type { GuestPaging } from '../../memory/guest-walk';
import type { Outcome } from '../../runnable';
import { NEVER } from '../../timers';
import { type Fact, type TranslationTable, Vcpu } from '../../vcpu';
import type { Vm } from '../../vm';
import { COMMON_CSRS, World } from '../../world';
import { leadsToVmm } from '../disposition';
import { COUNTER_BITS, type Counter, type CounterOwner } from './counters';
import { HardwareCpu } from './cpu';
import { hardwareExecution } from './description';
import { handleGuestPageFault } from './guest-page-fault';
import { handleVirtualInstruction } from './virtual-instruction';
import type { HardwareVm } from './vm';

const STIP = InterruptBit.supervisorTimer;
const VSTIP = InterruptBit.virtualSupervisorTimer;
const VSEIP = InterruptBit.virtualSupervisorExternal;
const ALL_ONES = -1;
/** A timer that is not set. */
const EVER = 2n ** 64n - 1n;
const LEVELS_BY_MODE: { readonly [mode: number]: 3 | 4 } = { [PagingMode.sv39]: 3, [PagingMode.sv48]: 4 };

/** What a hart has for the guest that runs on it. */
const SWITCHED_CSRS = [
  ...COMMON_CSRS,
  ...[
    Csr.hstatus,
    Csr.hedeleg,
    Csr.hideleg,
    Csr.hvip,
    Csr.vsie,
    Csr.hcounteren,
    Csr.henvcfg,
    Csr.htimedelta,
    Csr.scounteren,
    Csr.vsstatus,
    Csr.vstvec,
    Csr.vsscratch,
    Csr.vsepc,
    Csr.vscause,
    Csr.vstval,
    Csr.vsatp,
    Csr.vstimecmp,
  ].map(({ number }) => number),
];

/** What is the guest's own affair, as KVM for RISC-V delegates it. */
const DELEGATED_EXCEPTIONS = causeBits([
  Exception.instructionMisaligned,
  Exception.illegalInstruction,
  Exception.breakpoint,
  Exception.loadMisaligned,
  Exception.storeMisaligned,
  Exception.userEcall,
  Exception.instructionPageFault,
  Exception.loadPageFault,
  Exception.storePageFault,
]);

const interruptsSchema = stateSchema(
  'interrupts',
  1,
  { external: flag, posted: ObjectOf({ set: bits(VIRTUAL_INTERRUPTS), clear: bits(VIRTUAL_INTERRUPTS) }) },
  ({ posted: { set, clear } }) =>
    set & clear ? { path: ['posted', 'clear'], problem: 'must have no bit that is set as well' } : undefined,
);

/**
 * A vCPU whose guest runs in VS- and VU-mode of a hart: its CSRs are the hart's VS CSRs, which nobody else uses. What comes to the VMM is
 * what hedeleg, hideleg and hstatus leave: guest-page faults, calls to the firmware, wfi, and the hart's own interrupts.
 */
export class HardwareVcpu extends Vcpu implements CounterOwner {
  /** The level of its external interrupt, which the VMM brings into hvip on its way into the guest. */
  external = false;
  /** Bits of hvip that others have set or cleared: the hart's own register is its own affair. */
  readonly posted = { set: 0, clear: 0 };
  readonly cpu = new HardwareCpu(this);
  readonly world: World;
  readonly component: Component;

  constructor(
    id: number,
    vm: Vm,
    readonly engine: HardwareVm,
  ) {
    super(id, vm);
    // Its world has the machine's time, of which htimedelta makes the VM's.
    const clock = (): number => vm.machine.scheduler.timeOf(vm.host.hartOf(this));
    this.world = new World(vm.hartModel, { hartId: id, clock, instructionsRetired: () => this.retired }, SWITCHED_CSRS);
    this.component = this.componentWith({ interrupts: this.interrupts });
    this.reset();
  }

  /** What a hypervisor sets for a guest of its own, in the CSRs of the hart that runs it. */
  private reset(): void {
    const { world } = this;
    world.setCsrWords(Csr.hedeleg.number, DELEGATED_EXCEPTIONS, 0);
    world.setCsrWords(Csr.hideleg.number, VIRTUAL_INTERRUPTS, 0);
    world.setCsrWords(Csr.hcounteren.number, this.hasOwnCounters ? ~COUNTER_BITS : ALL_ONES, 0);
    const { CBIE, CBCFE, CBZE } = Environment;
    world.setCsrWords(Csr.henvcfg.number, CBIE | CBCFE | CBZE, EnvironmentHigh.PBMTE | EnvironmentHigh.STCE);
    world.setCsrWords(Csr.vstimecmp.number, ALL_ONES, ALL_ONES);
    // A guest that waits gives the hart back; what it does with its own paging is its own affair.
    world.state.hypervisorStatus |= HypervisorStatus.VTW | HypervisorStatus.SPV | HypervisorStatus.SPVP;
    world.state.status |= Status.FS;
    world.setCsrWords(Csr.scounteren.number, COMMON_COUNTERS, 0);
  }

  /** What is to come into its hvip, as a component. */
  private get interrupts(): Component {
    return componentOf(interruptsSchema, {
      state: () => ({ external: this.external, posted: this.posted }),
      restore: ({ external, posted }) => {
        this.external = external;
        Object.assign(this.posted, posted);
      },
    });
  }

  /** Under which its hart keeps its translations. */
  get vmid(): number | undefined {
    return this.engine.vmidOn(this.pcpu);
  }

  /** While it has no hart, nobody else makes VSTIP of vstimecmp. */
  protected override putAway(): Registers {
    this.world.timePasses();
    return this.world;
  }

  /** While it has no hart, its timer is the host's, as KVM's kvm_riscv_vcpu_timer_blocking has it. */
  override *put(hart: Hart): Narration {
    const deadline = hart.csr(Csr.vstimecmp.number);
    yield* super.put(hart);
    const { vmid } = this;
    if (this.engine.isTagged)
      yield step`its translations stay in the TLB, under VMID ${vmid}: accesses of guests with another VMID do not find them`;
    else yield step`its translations stay in the TLB, and have no VMID: they are forgotten before any guest goes on`;
    if (!hart.options.supervisorTimer) return;
    hart.setCsrWords(Csr.vstimecmp.number, ALL_ONES, ALL_ONES);
    if (deadline === EVER) return;
    yield step`its guest's timer, vstimecmp, is due at ${deadline} ticks, and no hart compares it now: into the timer queue of this hart with it`;
    this.setHostTimer(Number(deadline));
  }

  override *load(hart: Hart): Narration {
    if (hart.options.supervisorTimer && this.timer !== NEVER) {
      yield step`its guest's timer is compared by the hardware again, as vstimecmp: out of the VMM's timer queue with it`;
      this.timer = NEVER;
    }
    const isStale = this.engine.comeTo(this.vm.host.pcpuOf(hart), this.id, this.lastHart);
    yield* super.load(hart);
    const { stage } = this.engine;
    const vmid = this.vmid ?? 0;
    const root = new Hpa(stage.root);
    yield step`hgatp = Sv39x4, VMID ${vmid}, root ${root}: from here on the hart translates what is guest-physical by this VM's second stage`;
    // Sv39x4 has the number of Sv39.
    const { low, high } = translationWords(PagingMode.sv39, vmid, stage.root / FRAME);
    hart.setCsrWords(Csr.hgatp.number, low, high);
    if (!isStale) {
      if (this.engine.isTagged)
        yield step`what the TLB has under VMID ${vmid} is this vCPU's own, if anything: there is nothing to forget`;
      return;
    }
    yield step`what the hart has kept under VMID ${vmid} may be another vCPU's, or older than this one's fences elsewhere: forget it (hfence.gvma, hfence.vvma)`;
    hart.fenceGuest(undefined, vmid);
    hart.fenceVirtual(undefined, undefined);
    this.vm.ledger.charge('tlbFlush');
  }

  get pc(): Gva {
    const { state } = this.registers;
    return new Gva(state.csrLow(CsrSlot.sepc), state.csrHigh(CsrSlot.sepc));
  }

  setPc({ low, high }: Gva): void {
    this.registers.setCsrWords(Csr.sepc.number, low, high);
  }

  get inVmm(): boolean {
    const { privilege, virtual } = this.registers;
    return privilege === Privilege.supervisor && !virtual;
  }

  /** While the VMM runs, the mode that trapped. */
  get user(): boolean {
    if (this.inVmm) return (this.registers.state.status & Status.SPP) === 0;
    return this.registers.privilege === Privilege.user;
  }

  get sum(): boolean {
    return (this.registers.state.virtualStatus & Status.SUM) !== 0;
  }

  get mxr(): boolean {
    return (this.registers.state.virtualStatus & Status.MXR) !== 0;
  }

  get memoryTypes(): boolean {
    return this.vm.hartModel.options.pageMemoryTypes;
  }

  get paging(): GuestPaging {
    const { state } = this.registers;
    const [low, high] = [state.csrLow(CsrSlot.vsatp), state.csrHigh(CsrSlot.vsatp)];
    const levels = LEVELS_BY_MODE[modeOf(high)];
    return levels && { root: rootOf(low, high), asid: spaceOf(high), levels };
  }

  get interruptAwaits(): boolean {
    const { registers } = this;
    const { set, clear } = this.posted;
    const asked = set | (this.external ? VSEIP : 0);
    // vsip has the bits of hvip one below.
    const pending = (registers.csrLow(Csr.vsip.number) & ~(clear >> 1)) | (asked >> 1);
    return (pending & registers.csrLow(Csr.vsie.number)) !== 0;
  }

  get takesInterrupt(): boolean {
    const isEnabled = this.user || (this.registers.state.virtualStatus & Status.SIE) !== 0;
    return isEnabled && this.interruptAwaits;
  }

  get trapVector(): CsrValue {
    const { state } = this.registers;
    return new CsrValue(Csr.stvec.number, state.csrLow(CsrSlot.vstvec), state.csrHigh(CsrSlot.vstvec));
  }

  /** hvip has the bits of VS-mode one above those of S-mode. */
  setPending(interrupts: number, level: boolean): void {
    const bits = interrupts << 1;
    if (!this.on || this.vm.host.isHandling(this)) {
      this.setVirtualPending(bits, level);
      return;
    }
    this.posted.set = level ? this.posted.set | bits : this.posted.set & ~bits;
    this.posted.clear = level ? this.posted.clear & ~bits : this.posted.clear | bits;
    this.requests.add('inject');
  }

  setExternal(level: boolean): boolean {
    const changes = level !== this.external;
    this.external = level;
    return changes;
  }

  setTimer(deadline: number): void {
    if (this.vm.hartModel.options.supervisorTimer) {
      const { low, high } = timerWords(deadline);
      this.registers.setCsrWords(Csr.vstimecmp.number, low, high);
    } else {
      this.setVirtualPending(VSTIP, false);
      this.setHostTimer(deadline);
    }
  }

  /** What the guest reads as `time`, and compares with vstimecmp, is the machine's plus htimedelta. */
  timeStolen(): void {
    this.registers.setCsr(Csr.htimedelta.number, BigInt.asUintN(64, -BigInt(this.vm.clock.ticksStolen)));
    this.timerKeeper?.timers.set();
  }

  *timerReached(): Narration {
    this.setHostTimer(NEVER);
    const { name } = this.entered;
    if (this.vm.hartModel.options.supervisorTimer) {
      yield step`the machine's timer has come, which was set for the guest of ${name} while no hart has it: vstimecmp will tell it`;
      return;
    }
    yield step`the machine's timer has come, which was set for the guest of ${name}: set VSTIP in hvip`;
    this.setPending(STIP, true);
  }

  enterSupervisor(): void {
    const { registers } = this;
    registers.setCsrWords(Csr.vsatp.number, 0, 0);
    registers.setCsrWords(Csr.vsstatus.number, (registers.csrLow(Csr.vsstatus.number) & ~Status.SIE) | Status.FS, 0);
    registers.state.status |= Status.SPP;
  }

  /** What the hardware does for traps that it delegates, done by hand (as KVM's kvm_riscv_vcpu_trap_redirect). */
  takeTrap({ cause, value }: Trap): void {
    const { hart } = this;
    const status = hart.csrLow(Csr.vsstatus.number);
    const kept = status & ~(Status.SIE | Status.SPIE | Status.SPP);
    const stacked = (status & Status.SIE ? Status.SPIE : 0) | (this.user ? 0 : Status.SPP);
    hart.setCsrWords(Csr.vsstatus.number, kept | stacked, hart.csrHigh(Csr.vsstatus.number));
    hart.setCsr(Csr.vsepc.number, this.pc.value);
    hart.setCsrWords(Csr.vscause.number, cause, 0);
    hart.setCsr(Csr.vstval.number, value);
    const { low, high } = this.trapVector;
    hart.state.status |= Status.SPP;
    this.setPc(new Gva(low & ~3, high));
  }

  fenceAll(asid: number | undefined): void {
    this.hart.fenceVirtual(undefined, asid);
  }

  fenceAddress({ low, high }: Gva, asid: number | undefined): void {
    this.hart.fenceVirtual(virtualPage(low, high), asid);
  }

  /** The hart's CSRs are where the VMM looks. */
  leave(): void {}

  isOrdered({ interrupt, cause }: Exit): boolean {
    return !interrupt && cause === ExceptionCode.virtualSupervisorEcall;
  }

  /** By what hedeleg, hcounteren and hstatus leave to the VMM, and by the second stage. */
  wouldExit(instruction: Foreseen): boolean {
    const hcounteren = this.hasOwnCounters ? ~COUNTER_BITS : ALL_COUNTERS;
    const scounteren = this.registers.csrLow(Csr.scounteren.number);
    if (leadsToVmm(hardwareExecution, this.user ? 'u' : 's', instruction.use, { hcounteren, scounteren })) return true;
    const misses = (gpa: number): boolean => this.engine.stage.find(gpa) === undefined;
    return instruction.accesses.some(({ address, access }) => {
      const steps: WalkStep[] = [];
      const found = this.walk(Gva.of(address), access, 'peek', { steps });
      return steps.some((step) => misses(step.address)) || ('gpa' in found && misses(found.gpa));
    });
  }

  *handleExit(exit: Exit): Narration<Outcome> {
    const { cause } = exit;
    const { kind, access } = exit.description;
    if (kind === 'guest-page-fault' && access) return yield* handleGuestPageFault(this, Access[access], exit);
    if (cause === ExceptionCode.virtualSupervisorEcall) {
      yield step`ecall in VS-mode: the guest's kernel calls its firmware, which is the VMM`;
      return yield* this.vm.model.hypercall(this);
    }
    if (cause === ExceptionCode.virtualInstruction) return yield* handleVirtualInstruction(this, exit);
    if (isMisaligned(cause) && !this.vm.port.delegatesMisaligned(this)) return yield* emulateMisaligned(this, exit);
    this.vm.ledger.classify(commonExits.guestException);
    yield step`the exception is the guest's own`;
    return yield* inject(this, exit);
  }

  /**
   * Whether its counters are its own and not the hart's, so that hcounteren withholds those: they go on while its VM's time stands, and count what
   * others do.
   */
  get hasOwnCounters(): boolean {
    return this.vm.clock.time === 'own' || this.vm.host.sharesHarts;
  }

  /** What its guest reads as `time`, in ticks. */
  get ticks(): bigint {
    return BigInt(Math.floor(this.time / NANOSECONDS_PER_TICK));
  }

  /** One of its own counters, cycle or instret. */
  ownCounter(counter: Counter): bigint {
    return BigInt(counter === Csr.cycle ? this.time : this.retired);
  }

  tables(): readonly TranslationTable[] {
    const { vmid } = this;
    const { stage } = this.engine;
    return [
      {
        role: 'second-stage',
        root: stage.root,
        tag: vmid,
        maps: (address) => stage.find(Number(address)) !== undefined,
        permissions: (guestFlags) => guestFlags,
      },
    ];
  }

  protected engineFacts(): readonly Fact[] {
    const { vmid } = this;
    const { stage, isTagged } = this.engine;
    return [
      { name: 'mode of the guest', value: this.user ? 'VU' : 'VS' },
      { name: 'second stage', value: `root ${new Hpa(stage.root)}, ${stage.tableFrames.length} tables below it` },
      { name: 'pages mapped', value: `${stage.leaves().length}` },
      { name: 'VMID', value: isTagged ? `${vmid ?? 'none yet'}` : 'none: translations are forgotten at each entry' },
    ];
  }

  /** ASIDs are the guest's own affair. */
  describeAsid(): undefined {
    return undefined;
  }

  /** Back to the guest: what has become pending meanwhile goes into hvip, where the hardware delivers it, then sret to VS- or VU-mode. */
  *enter(hart: Hart): Narration {
    const { ledger } = this.vm;
    if (!this.requests.isEmpty) yield* this.serveRequests();
    if (this.externalDiffers) {
      yield step`a device of the VM asks for service: set VSEIP in hvip, the hardware delivers it when the guest lets it`;
      const csr = Csr.hvip.number;
      const before = { low: hart.csrLow(csr), high: 0 };
      this.setVirtualPending(VSEIP, this.external);
      ledger.changed({ kind: 'hardware CSR', csr, before, after: { low: hart.csrLow(csr), high: 0 } });
      ledger.charge('csrAccess');
    }
    if (!this.engine.isTagged) {
      yield step`translations carry no VMID here: forget all of the guest's (hfence.gvma, hfence.vvma)`;
      hart.fenceGuest();
      hart.fenceVirtual(undefined, undefined);
      ledger.charge('tlbFlush');
    }
    const { pc } = this;
    const mode = this.user ? 'VU' : 'VS';
    yield step`return to the guest at ${pc}: sret with hstatus.SPV set, to ${mode}-mode`;
    hart.state.hypervisorStatus |= HypervisorStatus.SPV;
    hart.returnFromTrap('sret');
  }

  protected override *serveRequests(): Narration {
    yield* super.serveRequests();
    if (!this.requests.take('inject')) return;
    const { set, clear } = this.posted;
    yield step`other vCPUs have made interrupts pending, or taken them back: into hvip with them`;
    this.setVirtualPending(clear, false);
    this.setVirtualPending(set, true);
    Object.assign(this.posted, { set: 0, clear: 0 });
  }

  /** Whether hvip does not yet say what the line says. */
  private get externalDiffers(): boolean {
    return this.external !== ((this.registers.state.csrLow(CsrSlot.hvip) & VSEIP) !== 0);
  }

  private setVirtualPending(interrupts: number, level: boolean): void {
    const { registers } = this;
    const pending = registers.state.csrLow(CsrSlot.hvip);
    registers.setCsrWords(Csr.hvip.number, level ? pending | interrupts : pending & ~interrupts, 0);
  }
}
