import { type Cause, causeOf } from '../../isa';
import { Access, Pmp, type Privilege, Tlb } from '../../mmu';
import { type Component, componentOf } from '../../schema/state/component';
import { CsrFile, type CsrHost } from '../csr/file';
import { updateGuestExternal } from '../csr/interrupts';
import { updateFloatReady } from '../float/float-state';
import { HartLayout } from '../layout';
import { concerns, FastPath } from '../memory/fast-path';
import type { SharedMemory } from '../memory/memory-access';
import { spaceOf } from '../memory/table-walk';
import {
  AddressTranslation,
  type FailedTranslation,
  type FoundTranslation,
  type PeekMode,
} from '../memory/translation';
import { CsrSlot, HartState } from './hart-state';
import type { HartOptions } from './options';
import { Registers } from './registers';
import { hartSchema, type SavedHart } from './saved-hart';
import { updateTimers } from './timers';
import { enterTrap, pendingInterrupt, redirectTrap, returnFromTrap, type TrapDetails, type TrapMode } from './traps';

const NEVER = Number.POSITIVE_INFINITY;

/** What a hart is between two instructions: its registers, and the architectural transitions. */
export abstract class ArchitecturalHart extends Registers implements CsrHost {
  readonly state: HartState;
  readonly tlb: Tlb;
  readonly pmp: Pmp;
  readonly csrs: CsrFile;
  readonly component: Component;
  protected readonly fastPath: FastPath;
  protected readonly translation: AddressTranslation;
  /** Instructions retired by runs that have ended. */
  protected retiredBefore = 0;
  private timerDeadline = NEVER;

  constructor(
    readonly id: number,
    words: Int32Array,
    base: number,
    protected readonly shared: SharedMemory,
  ) {
    super();
    this.state = new HartState(words, base);
    this.fastPath = new FastPath(this.state);
    this.tlb = new Tlb((entry) => {
      this.fastPath.dropTranslation(entry);
      // Where it is the page that is being executed, the next instruction is fetched anew.
      if (concerns(entry, this.pcLow, this.pcHigh)) this.recheck();
    }, shared.options.tlbEntries);
    this.pmp = new Pmp(() => this.dropFastPath());
    const { ram, options } = shared;
    this.translation = new AddressTranslation(this.state, this.tlb, this.pmp, this.fastPath, ram, options);
    this.csrs = new CsrFile(this);
    this.state.set(HartLayout.reservation, -1);
    this.state.set(HartLayout.slowConditionals, options.spuriousFailures > 0 ? 1 : 0);
    this.modesChanged();
    this.component = componentOf(
      hartSchema,
      { state: () => this.saved(), restore: (saved) => this.takeUp(saved) },
      { parts: { pmp: this.pmp.component, tlb: this.tlb.component }, restored: () => this.takenUp() },
    );
  }

  /** Instructions retired, without the current one. */
  abstract get retired(): number;

  override get privilege(): Privilege {
    return this.state.privilege;
  }

  override set privilege(privilege: Privilege) {
    this.setMode(privilege, this.virtual);
  }

  override get virtual(): boolean {
    return this.state.virtual;
  }

  override set virtual(virtual: boolean) {
    this.setMode(this.privilege, virtual);
  }

  setMode(privilege: Privilege, virtual: boolean): void {
    this.state.privilege = privilege;
    this.state.virtual = virtual;
    this.modesChanged();
  }

  /** Sets a wire: MSIP (3), MTIP (7), MEIP (11), SEIP (9). SSIP and STIP are the software's, in mip. */
  setInterruptPending(bit: number, level: boolean): void {
    const { lines } = this.state;
    this.state.lines = level ? lines | (1 << bit) : lines & ~(1 << bit);
    if (level) this.recheck();
  }

  /** Sets the wire of a guest external interrupt, 1 to GEILEN (hgeip). */
  setGuestExternalPending(number: number, level: boolean): void {
    const { state } = this;
    let [low, high] = [state.csrLow(CsrSlot.hgeip), state.csrHigh(CsrSlot.hgeip)];
    const bit = 1 << (number & 31);
    if (number < 32) low = level ? low | bit : low & ~bit;
    else high = level ? high | bit : high & ~bit;
    state.setCsr(CsrSlot.hgeip, low, high);
    updateGuestExternal(state);
    this.recheck();
  }

  /** The machine clock at which stimecmp or vstimecmp next changes what is pending; Infinity: not by itself. */
  nextTimer(): number {
    return this.timerDeadline;
  }

  /** The machine clock has reached `nextTimer()`. */
  timerReached(): void {
    this.timersChanged();
  }

  /** The interrupt that would be taken now. */
  interruptPending(): Cause | undefined {
    const code = pendingInterrupt(this.state);
    return code < 0 ? undefined : causeOf(code, true);
  }

  /** Whether an interrupt is pending that is enabled in mie, which ends a `wfi` whatever mstatus says. */
  interruptAwaits(): boolean {
    return (this.state.pending & this.state.enabled) !== 0;
  }

  // Traps: the architectural transitions.

  /** Enters the handler of a trap at pc. @returns the mode that handles it */
  enterTrap(code: number, isInterrupt: boolean, valueLow: number, valueHigh: number, details?: TrapDetails): TrapMode {
    const { privilege, virtual } = this.state;
    const mode = enterTrap(this.state, code, isInterrupt, valueLow, valueHigh, details);
    this.modesChanged();
    if (virtual) this.guestTrapped(mode);
    this.trapTaken(mode, privilege, virtual, code, isInterrupt);
    return mode;
  }

  /** Enters the handler of a trap at pc as M-mode's software passes it on, whatever it delegates. @returns the mode that handles it */
  redirectTrap(code: number, valueLow: number, valueHigh: number, details?: TrapDetails): TrapMode {
    const { privilege, virtual } = this.state;
    const mode = redirectTrap(this.state, code, false, valueLow, valueHigh, details);
    this.modesChanged();
    if (virtual) this.guestTrapped(mode);
    this.trapPassedOn(mode, privilege, virtual, code);
    return mode;
  }

  returnFromTrap(instruction: 'mret' | 'sret'): void {
    const { privilege, virtual } = this.state;
    returnFromTrap(this.state, instruction);
    this.modesChanged();
    if (!virtual && this.state.virtual) this.guestEntered();
    this.trapLeft(instruction, privilege, virtual);
  }

  // Changes of mode: somebody may be told, with the mode before.

  protected abstract trapTaken(
    mode: TrapMode,
    privilege: Privilege,
    virtual: boolean,
    code: number,
    isInterrupt: boolean,
  ): void;

  /** M-mode's software has passed an exception on that it had taken in some mode. */
  protected abstract trapPassedOn(mode: TrapMode, privilege: Privilege, virtual: boolean, code: number): void;

  protected abstract trapLeft(instruction: 'mret' | 'sret', privilege: Privilege, virtual: boolean): void;

  // Guests of the H extension that come and go: somebody may be told.

  /** V was 1 when a trap was taken. */
  protected abstract guestTrapped(mode: TrapMode): void;

  /** V has become 1. */
  protected abstract guestEntered(): void;

  abstract hgatpWritten(): void;

  /** `sfence.vma` with V = 0, of a page (all when undefined) in an address space (all when undefined). */
  fence(page: number | undefined, asid: number | undefined): void {
    if (this.options.fencesForgetAll) this.tlb.flushAll();
    else this.tlb.flush(page, asid);
  }

  /** `hfence.vvma`, and `sfence.vma` in VS-mode: first-stage translations of a VMID, by default the current one. */
  fenceVirtual(page?: number, asid?: number, vmid = this.vmid): void {
    if (this.options.fencesForgetAll) this.tlb.flushAll();
    else this.tlb.flushVirtual(vmid, page, asid);
  }

  /** `hfence.gvma` of a guest physical page (all when undefined) of a VMID (all when undefined). */
  fenceGuest(page?: number, vmid?: number): void {
    if (this.options.fencesForgetAll) this.tlb.flushAll();
    else this.tlb.flushGuest(page, vmid);
  }

  /** Of hgatp. */
  get vmid(): number {
    return spaceOf(this.state.csrHigh(CsrSlot.hgatp));
  }

  /** Whether an sc could succeed. */
  get hasReservation(): boolean {
    return this.state.get(HartLayout.reservation) !== -1;
  }

  clearReservation(): void {
    this.shared.reservations.end(this.state);
  }

  /** May be called at any time: nothing that a guest can see changes. */
  dropFastPath(): void {
    this.fastPath.dropAll();
    this.modesChanged();
    this.recheck();
  }

  /** The page of memory became code: stores to it go slow. */
  dropWrites(memoryOffset: number): void {
    this.fastPath.dropMemoryPage(HartLayout.writeTable, memoryOffset);
  }

  /** The next store to each page goes slow once. */
  dropAllWrites(): void {
    this.fastPath.dropTable(HartLayout.writeTable);
  }

  /** Decoded pages were given back. */
  dropCode(): void {
    this.fastPath.dropTable(HartLayout.executeTable);
  }

  dropCrossing(): void {
    this.fastPath.dropCrossing();
  }

  /** Where an address leads now, in the current mode or another, without side effects. */
  peekTranslation(low: number, high: number, access: Access, mode?: PeekMode): FoundTranslation | FailedTranslation {
    const { state, translation } = this;
    const own =
      access === Access.execute ? state : { privilege: translation.dataPrivilege, virtual: translation.dataVirtual };
    return translation.peek(low, high, access, mode ?? own);
  }

  /** Where the second stage leads a guest physical address now, without side effects. */
  peekSecondStage(address: number, access: Access): FoundTranslation | FailedTranslation {
    return this.translation.peekSecondStage(address, access);
  }

  // CsrHost.

  get hartId(): number {
    return this.id;
  }

  clock(): number {
    return this.shared.platform.clockNow(this.id);
  }

  instructionsRetired(): number {
    return this.retired;
  }

  get options(): HartOptions {
    return this.shared.options;
  }

  modesChanged(): void {
    updateFloatReady(this.state);
    this.translation?.updateContexts();
  }

  timersChanged(): void {
    const before = this.timerDeadline;
    this.timerDeadline = updateTimers(this.state, this.clock());
    if (this.timerDeadline !== before) this.shared.platform.timerDeadlineChanged?.(this.id);
    this.recheck();
  }

  // State for hashes and snapshots.

  private saved(): SavedHart {
    const { privilege, virtual, lines, cycleOffset, instretOffset, conditionals, saved } = this.state;
    return {
      ...saved,
      privilege,
      virtual,
      lines,
      retired: this.retiredBefore,
      cycleOffset,
      instretOffset,
      conditionals,
      reservation: this.state.get(HartLayout.reservation),
      timer: this.timerDeadline === NEVER ? null : this.timerDeadline,
    };
  }

  private takeUp(taken: SavedHart): void {
    const { state } = this;
    state.takeUp(taken);
    state.privilege = taken.privilege;
    state.virtual = taken.virtual;
    state.lines = taken.lines;
    state.cycleOffset = taken.cycleOffset;
    state.instretOffset = taken.instretOffset;
    state.conditionals = taken.conditionals;
    this.retiredBefore = taken.retired;
    this.shared.reservations.restore(state, taken.reservation);
    this.timerDeadline = taken.timer ?? NEVER;
  }

  private takenUp(): void {
    this.shared.platform.timerDeadlineChanged?.(this.id);
    updateFloatReady(this.state);
    this.dropFastPath();
  }
}
