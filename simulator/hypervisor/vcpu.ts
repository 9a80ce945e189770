import type { Hart, Registers } from '../core/index';
import { sharedWords } from '../hypercalls/shared-page';
import { type Narration, step } from '../machine/narration';
import type { Trap } from '../machine/trap';
import { type CsrValue, Gva } from '../mmu/address';
import type { Access, WalkStep } from '../mmu/index';
import { type Component, componentOf, type Parts } from '../schema/state/component';
import type { ServedCpu } from './cpu';
import type { Exit } from './exits/exit';
import type { KnownInstruction } from './exits/instruction-cache';
import type { Foreseen } from './foreseen';
import type { HartContext } from './hart-context';
import type { VcpuName } from './ledger/vcpu-name';
import { TimeAccount } from './measures';
import { type GuestAddressing, type GuestPaging, type GuestTranslation, walkGuest } from './memory/guest-walk';
import { ensure } from './memory/table-check';
import { type Outcome, RequestSet, type Runnable, type RunState, type Wait } from './runnable';
import { StealTime } from './steal-time';
import { EnteredVcpu } from './switch-worlds';
import { NEVER } from './timers';
import { type Fence, MOST_FENCES, type VcpuState, vcpuSchema } from './vcpu-state';
import type { Vm } from './vm';
import { floatStatus, type World } from './world';

/** A table by which the hardware translates for a vCPU as it stands, for whoever looks at it. */
export interface TranslationTable {
  readonly role: 'shadow' | 'second-stage' | 'registered';
  /** Machine address of the root. */
  readonly root: number;
  /** The ASID or VMID under which the hardware keeps what it finds there; undefined where it tells address spaces apart by nothing. */
  readonly tag: number | undefined;
  /** Whether it maps an address, a GVA or of the second stage a GPA. */
  maps(address: bigint): boolean;
  /** What the hardware is given of the permissions in a guest's leaf, as the guest's mode is. */
  permissions(guestFlags: number): number;
}

/** How traps come to a guest, in words. */
export interface TrapDelivery {
  readonly registers: string;
  readonly vector: string;
}

/** Something that the VMM keeps of a vCPU, in words. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Of more ports than this the number is told. */
const SHOWN_PORTS = 16;

const EVERYTHING: Fence = { pages: 'all', asid: null };

/** How a walk of the guest's tables is done: looking only, or as hardware does for an access, which sets A and D. */
export type WalkManner = 'peek' | 'as hardware';

/**
 * A virtual CPU as whoever serves it sees it, whichever engine runs it: what its guest believes to be a hart with M-, S- and U-mode, of
 * which it sees S and U.
 */
export abstract class Vcpu implements Runnable, GuestAddressing {
  run: RunState = 'off';
  wait: Wait | undefined;
  abstract readonly component: Component;
  readonly requests = new RequestSet();
  private readonly fences: Fence[] = [];
  lastInjection: VcpuState['injected'] = { pc: -1n, retired: -1 };
  /** When the host's timer is set for its guest's, in ticks of its VM's time. */
  timer = NEVER;
  /** Whose affair that is. */
  private keeper: HartContext<Vcpu> | undefined;
  abstract readonly cpu: ServedCpu;
  /** Its registers while no hart has it. */
  abstract readonly world: World;
  /** Its name in the ledger. */
  readonly name: VcpuName;
  /** In a handler's path: the switch has come to it. */
  readonly entered: EnteredVcpu;
  readonly account = new TimeAccount();
  /** What its guest is told of the time that others had; undefined where it is not to know. */
  readonly stealTime: StealTime | undefined;
  private running: Hart | undefined;
  private last: Hart | undefined;
  /** Instructions that it had retired, and that its hart had, when it came onto that. */
  private retiredAtLoad = { own: 0, hart: 0 };

  constructor(
    readonly id: number,
    readonly vm: Vm,
  ) {
    this.name = { vm: vm.id, vcpu: id };
    this.entered = new EnteredVcpu(this.name, `vCPU ${id} of ${vm.name}`);
    this.stealTime = vm.reportsStealTime ? new StealTime(vm.memory, this.account) : undefined;
  }

  /** The hart that has it, or had it last, of whose TLB it may have something: undefined before it runs first. */
  get lastHart(): Hart | undefined {
    return this.last;
  }

  /** What the VMM keeps of the hart that has it, or had it last. */
  get pcpu(): HartContext<Vcpu> | undefined {
    return this.last && this.vm.host.pcpuOf(this.last);
  }

  get on(): Hart | undefined {
    return this.running;
  }

  /** As what its time counts: one whose VM has ended waits for nothing. */
  get spends(): RunState {
    return this.run === 'blocked' && this.vm.end ? 'off' : this.run;
  }

  /** The hart that has it. @throws RangeError while none does */
  get hart(): Hart {
    if (!this.running) throw new RangeError(`no hart has vCPU ${this.id}`);
    return this.running;
  }

  /** Its registers, wherever they are now. */
  get registers(): Registers {
    return this.running ?? this.putAway();
  }

  /** Its registers as they are by now, while no hart has it. */
  protected putAway(): Registers {
    return this.world;
  }

  /** Instructions that its guest has retired. */
  get retired(): number {
    const { own, hart } = this.retiredAtLoad;
    return this.running ? own + this.running.retired - hart : own;
  }

  /** Whether what it waits for has come. */
  get isReady(): boolean {
    return this.wait !== undefined && this.mayRun && this.hasCome(this.wait);
  }

  /** Whether what it would wait for is there. */
  hasCome(wait: Wait): boolean {
    if (wait.kind === 'wfi') return this.interruptAwaits;
    if (wait.kind !== 'events') return false;
    const { events, clock } = this.vm;
    const { ports, deadline } = wait;
    if (deadline !== null && deadline <= clock.ticks) return true;
    return this.takesInterrupt || ports.some((port) => events.page?.isPending(port));
  }

  /** When the VMM is to look at it: for its guest's timer, and at the deadline of what it waits for while it may run. */
  get alarm(): number {
    const { timer, wait } = this;
    return wait?.kind === 'events' && this.mayRun ? Math.min(timer, wait.deadline ?? NEVER) : timer;
  }

  /** Whether its guest's timer has come, of what the VMM is to look at. */
  get isTimerDue(): boolean {
    return this.timer <= this.vm.clock.ticks;
  }

  /** It has been put away, and waits: the timer of its hart is set for the deadline of that. */
  setAlarm(): void {
    if (this.alarm !== this.timer) this.setKeeper();
  }

  /** An upcall is pending for it, as its words say: unless its engine has another way, that is an interrupt of its VM's board. */
  upcall(): void {
    this.vm.events.interrupt();
  }

  /** Whether its words say that an upcall is pending. */
  get isUpcallPending(): boolean {
    return this.vm.events.isUpcallPending(this.id);
  }

  /** A port of its VM's has become pending. */
  portCame(port: number): void {
    if (this.wait?.kind === 'events' && this.wait.ports.includes(port)) this.vm.host.kick(this, 'io');
  }

  /** Its VM's time where it has come to, in nanoseconds. */
  get time(): number {
    return this.vm.clock.timeOf(this.vm.host.hartOf(this));
  }

  /** Whether its VM is alive, and nobody has paused it. */
  get mayRun(): boolean {
    return this.vm.end === undefined && !this.vm.life.isPaused;
  }

  *load(hart: Hart): Narration {
    const { world } = this;
    const { name } = this.entered;
    const { csrNames } = world;
    yield step`load ${name}: x1 to x31 onto the hart, the CSRs that are its own (${csrNames}), and of sstatus what its exit has left: SPP and FS`;
    yield step`f0 to f31 come with them, used or not: it must not see what others have left in them`;
    world.give(hart);
    this.retiredAtLoad = { own: this.retired, hart: hart.retired };
    this.running = this.last = hart;
    if (this.isToldOfStealTime) this.requests.add('steal');
    const pcpu = this.vm.host.pcpuOf(hart);
    if (this.keeper && this.timer !== NEVER && this.keeper !== pcpu)
      yield step`its guest's timer is set: it goes from the timer queue of the hart that has kept it into this one's`;
    if (this.keeper || this.timer !== NEVER) this.keepTimer(pcpu);
  }

  *put(hart: Hart): Narration {
    const { world } = this;
    const { name } = this.entered;
    const { csrNames } = world;
    yield step`put ${name} away: save x1 to x31, the CSRs that are its own (${csrNames}), and of sstatus what its exit has left: SPP and FS`;
    yield step`save f0 to f31 too: FS is ${floatStatus(hart)}. A VMM may leave them while FS is Clean, as KVM does, since what it saved last is still right; this one saves them each time`;
    world.take(hart);
    // Who comes onto the hart next must not find what this one has reserved.
    hart.clearReservation();
    this.retiredAtLoad = { own: this.retired, hart: 0 };
    this.running = undefined;
    if (this.stealTime && this.isToldOfStealTime && this.run === 'runnable') yield* this.stealTime.preempted();
  }

  /** Its guest asks to be told of stolen time at an address of its memory, from nothing; or, undefined, no more. */
  tellOfStealTime(address: number | undefined): void {
    this.requests.take('steal');
    this.stealTime?.report(address);
  }

  /** A handler that was not for it has taken so many nanoseconds of its hart. */
  stole(nanoseconds: number): void {
    this.account.stole(nanoseconds);
    if (this.isToldOfStealTime) this.requests.add('steal');
  }

  /** Where its guest asks for it, or shares a page. Of a VM that lives by its own time nothing is stolen that it could see. */
  private get isToldOfStealTime(): boolean {
    const { events, clock } = this.vm;
    return this.stealTime?.sharedMemory !== undefined || (events.page !== undefined && clock.time === 'real');
  }

  /** The guest's pc while a handler works for it. */
  abstract get pc(): Gva;
  abstract setPc(pc: Gva): void;
  abstract readonly user: boolean;
  abstract readonly sum: boolean;
  abstract readonly mxr: boolean;
  abstract readonly paging: GuestPaging;
  abstract readonly memoryTypes: boolean;
  /** Whether its wfi goes on: an interrupt is pending and enabled in sie, whatever SIE says. */
  abstract readonly interruptAwaits: boolean;
  /** Whether it would take an interrupt now, in its present mode. */
  abstract readonly takesInterrupt: boolean;
  /** The virtual stvec. */
  abstract readonly trapVector: CsrValue;
  /** Where its guest finds what a trap was, and begins to handle it, in words. */
  readonly trapDelivery: TrapDelivery = { registers: 'virtual sepc, scause, stval and sstatus', vector: 'stvec' };
  /** Sets or clears SSIP or STIP as the guest's firmware would. */
  abstract setPending(interrupts: number, level: boolean): void;
  /** The level of its external interrupt, from the VM's PLIC. @returns whether its hart has to be told */
  abstract setExternal(level: boolean): boolean;
  /** The guest's timer: `deadline` in ticks of mtime. Clears a pending timer interrupt. */
  abstract setTimer(deadline: number): void;
  /** Its VM's time has stood while the VMM worked for it: its timer and its `time` follow. */
  abstract timeStolen(): void;
  /** The host's timer has come, which was set for the guest's. */
  abstract timerReached(): Narration;
  /** S-mode with paging and interrupts off, as SBI firmware enters a supervisor. */
  abstract enterSupervisor(): void;
  /** The entry into the guest's trap handler as its hardware would do it, from its pc. */
  abstract takeTrap(trap: Trap): void;
  /** sfence.vma of the guest's own, on its hart: all addresses of an address space (of all when undefined), or one. */
  abstract fenceAll(asid: number | undefined): void;
  abstract fenceAddress(address: Gva, asid: number | undefined): void;
  /** What the hardware's trap has left in the hart comes to where the VMM looks for it. */
  abstract leave(): void;
  abstract enter(hart: Hart): Narration;
  /** Whether an exit asks what time it is, or for something to be done to other vCPUs: see `HostedSoftware.isOrdered`. */
  abstract isOrdered(exit: Exit): boolean;
  abstract handleExit(exit: Exit): Narration<Outcome>;
  /** Whether its guest would come to the VMM by an instruction at which it stands, as far as looking tells: it is not executed. */
  abstract wouldExit(instruction: Foreseen): boolean;
  abstract tables(): readonly TranslationTable[];
  /** What its engine keeps of it beside its CSRs. */
  protected abstract engineFacts(): readonly Fact[];
  /** Whose translations the hardware keeps under an ASID, in words; undefined where nobody's. */
  abstract describeAsid(asid: number): string | undefined;
  /** Where an address leads by the guest's own tables. @param user as its U-mode; by default in its present mode */
  walk(
    address: Gva,
    access: Access,
    manner: WalkManner,
    { user = this.user, steps }: { user?: boolean; steps?: WalkStep[] } = {},
  ): GuestTranslation {
    return walkGuest(this, manner === 'peek' ? this.vm.peekedTables : this.vm.tables, address, access, user, steps);
  }

  /** What the VMM keeps of it beside its CSRs. */
  facts(): readonly Fact[] {
    return [...this.engineFacts(), ...this.stealTimeFacts(), ...this.eventFacts()];
  }

  private stealTimeFacts(): readonly Fact[] {
    const { stealTime } = this;
    if (!stealTime) return [];
    const { sharedMemory, stolen } = stealTime;
    const told = sharedMemory ? `${stolen} ns, told at ${sharedMemory}` : 'the guest has not asked for it';
    return [{ name: 'steal time', value: told }];
  }

  private eventFacts(): readonly Fact[] {
    const { wait, isUpcallPending } = this;
    const { events } = this.vm;
    if (!events.page) return [];
    const own = events.state().filter(({ is }) => is.vcpu === this.id);
    const facts = [
      { name: 'upcall', value: isUpcallPending ? 'pending' : 'none' },
      ...own.slice(0, SHOWN_PORTS).map(({ number }) => ({ name: `port ${number}`, value: events.describe(number) })),
    ];
    if (own.length > SHOWN_PORTS) facts.push({ name: 'more ports', value: `${own.length - SHOWN_PORTS}` });
    if (wait?.kind !== 'events') return facts;
    const { ports, deadline } = wait;
    const until = deadline === null ? '' : `, or until ${deadline} ticks`;
    return [...facts, { name: 'waits for ports', value: `${ports.join(', ') || 'none'}${until}` }];
  }

  /** What an instruction's bits mean. */
  decoded(word: number): KnownInstruction {
    return this.vm.instructions.find(word);
  }

  /** The guest's instruction is done: the VMM has done its work. It takes the time of one instruction and counts as retired. */
  advance(length: 2 | 4): void {
    this.setPc(this.pc.plus(length));
    this.vm.machine.retireEmulated(this.hart);
  }

  /** sfence.vma that another of the guest's CPUs asks of it, or itself: done before its next instruction. */
  fence(fence: Fence): void {
    if (this.vm.host.isHandling(this)) {
      this.doFence(fence);
      return;
    }
    this.fences.push(fence);
    if (this.fences.length > MOST_FENCES) this.fences.splice(0, this.fences.length, EVERYTHING);
    this.requests.add('fence');
    this.vm.host.kick(this, 'ipi');
  }

  /** What others have asked of it, on its way into the guest. */
  protected *serveRequests(): Narration {
    if (this.requests.take('fence')) {
      const count = this.fences.length;
      yield step`other vCPUs have asked for fences, ${count} of them: forget translations before the guest goes on`;
      for (const fence of this.fences) this.doFence(fence);
      this.fences.length = 0;
    }
    if (this.requests.take('steal')) yield* this.tellOfStolen();
  }

  private *tellOfStolen(): Narration {
    const { stealTime, account } = this;
    if (stealTime) yield* stealTime.update();
    const { page } = this.vm.events;
    if (page) {
      const { stolen } = account;
      yield step`stolen = ${stolen} ns in the page that the VM shares: so long it wanted to run in all, and others ran`;
      page.setDoubleword(this.id, sharedWords.stolen, BigInt(stolen));
    }
    this.vm.ledger.charge('stealUpdate');
  }

  private doFence({ pages, asid }: Fence): void {
    if (pages === 'all') this.fenceAll(asid ?? undefined);
    else for (const page of pages) this.fenceAddress(Gva.of(page), asid ?? undefined);
  }

  /** When the guest wants its timer, in ticks of its VM's time: the host's timer of its hart is set for it, or of the one on which it sleeps. */
  setHostTimer(deadline: number): void {
    this.timer = deadline;
    if (this.keeper || deadline !== NEVER) this.setKeeper();
  }

  /** The hart whose affair its timer is sets its own for it; it is that of the one which it had last, where it has been nobody's. */
  private setKeeper(): void {
    if (this.keeper) this.keeper.timers.set();
    else this.keepTimer(this.pcpu ?? this.vm.host.pcpuOf(this.vm.host.placeOf(this)));
  }

  private keepTimer(pcpu: HartContext<Vcpu>): void {
    this.keeper?.timers.drop(this);
    this.keeper = pcpu;
    pcpu.timers.keep(this);
  }

  /**
   * What it is as a component.
   * @param engineParts what its engine keeps of it
   * @param restored called when all of that has been taken up
   */
  protected componentWith(engineParts: Parts, restored?: () => void): Component {
    const schema = vcpuSchema(this.vm.machine.harts.length);
    const parts = { ...engineParts, ...(this.stealTime && { stealTime: this.stealTime.component }) };
    const holder = { state: () => this.runState(), restore: (state: VcpuState) => this.restoreRunState(state) };
    return componentOf(schema, holder, {
      parts,
      restored: () => {
        const isAsked = this.isToldOfStealTime || !this.requests.has('steal');
        ensure(isAsked, `vCPU ${this.id} is to tell its guest of stolen time, which has not asked for it`);
        restored?.();
      },
    });
  }

  /** Whether it runs and what it waits for, and its registers where no hart has them. */
  private runState(): VcpuState {
    return {
      run: this.run,
      wait: this.wait ?? null,
      on: this.running?.id ?? null,
      last: this.last?.id ?? null,
      keeper: this.keeper?.hart.id ?? null,
      retired: { ...this.retiredAtLoad },
      world: this.running ? null : this.world.state.saved,
      timer: this.timer === NEVER ? null : this.timer,
      requests: this.requests.state(),
      fences: [...this.fences],
      injected: { ...this.lastInjection },
    };
  }

  /** What keeps its timer. */
  get timerKeeper(): HartContext<Vcpu> | undefined {
    return this.keeper;
  }

  private hartNumbered(number: number | null): Hart | undefined {
    return number === null ? undefined : this.vm.machine.harts[number];
  }

  /** @throws RangeError where it does not go with the hart that has the vCPU */
  private restoreRunState({ on, last, keeper, retired, world, timer, requests, fences, ...rest }: VcpuState): void {
    const { run, wait, injected } = rest;
    this.running = this.hartNumbered(on);
    ensure(
      !this.running || retired.hart <= this.running.retired,
      `hart ${on} had retired more when vCPU ${this.id} came onto it than it has by now`,
    );
    this.last = this.hartNumbered(last);
    const keeping = this.hartNumbered(keeper);
    this.keeper = keeping && this.vm.host.pcpuOf(keeping);
    if (world) this.world.state.takeUp(world);
    this.retiredAtLoad = { ...retired };
    this.run = run;
    this.timer = timer ?? NEVER;
    this.wait = wait ?? undefined;
    this.requests.restore(requests);
    this.fences.splice(0, this.fences.length, ...fences);
    this.lastInjection = { ...injected };
  }
}
