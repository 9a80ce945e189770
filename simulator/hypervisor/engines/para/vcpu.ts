import { accessesCsr, Environment, type Hart, Status, translationWords } from '../../../core/index';
import { sharedWords } from '../../../hypercalls/shared-page';
import {
  COMMON_COUNTERS,
  Csr,
  causeValue,
  ExceptionCode,
  InterruptCode,
  isMisaligned,
  PagingMode,
  pageFaultOf,
  RegisterNumber,
  usesFloat,
} from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { exception, interrupt, type Trap } from '../../../machine/trap';
import { CsrValue, FRAME, Gva, Hpa } from '../../../mmu/address';
import { Access, accessNames, Privilege, Pte, tableIndex, virtualPage, type WalkStep } from '../../../mmu/index';
import { type Component, componentOf } from '../../../schema/state/component';
import type { Exit } from '../../exits/exit';
import { commonExits } from '../../exits/exit-kind';
import { fetchInstruction } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import { emulateMisaligned } from '../../exits/misaligned';
import type { Foreseen } from '../../foreseen';
import { type GuestPaging, type GuestTranslation, offsetInPage, walkGuest } from '../../memory/guest-walk';
import { pteAddress } from '../../memory/table-memory';
import type { Outcome } from '../../runnable';
import { NEVER } from '../../timers';
import type { Fact, TranslationTable, WalkManner } from '../../vcpu';
import { UserModeVcpu } from '../deprivileged/user-mode-vcpu';
import { leadsToVmm } from '../disposition';
import { ParaCpu } from './cpu';
import { ROOT_LEVEL } from './direct-paging';
import { entryOf } from './entry';
import { paraExecution } from './execution';
import { paraExits } from './exits';
import { refusePrivileged } from './illegal';
import { handlePageFault } from './page-fault';
import type { LastEntry, PortedVcpu, PortedVm } from './ported';
import { type RootKind, Roots } from './roots';
import { type ParaVcpuState, paraVcpuSchema } from './state';
import { VcpuWords } from './words';

const { CBIE, CBCFE, CBZE } = Environment;

/** A vCPU of a guest that was ported: kernel and programs are in U-mode, on tables of the guest's own. */
export class ParaVcpu extends UserModeVcpu implements PortedVcpu {
  readonly cpu: ParaCpu;
  readonly roots = new Roots();
  readonly words: VcpuWords;
  readonly component: Component;
  /** What the guest believes to be in: its kernel, or a program. */
  private mode: 'kernel' | 'user' = 'kernel';
  /** What set_trap has said. */
  private readonly vector = { entry: 0n, sp: 0n };
  isInitialised = false;
  readonly sum = false;
  readonly mxr = false;
  override readonly trapDelivery = {
    registers:
      'sepc, scause, stval, status, sp and t0 into its words of the shared page, whose address comes into t0, and IE is 0',
    vector: 'trap entry',
  };

  constructor(
    id: number,
    private readonly engineVm: PortedVm,
  ) {
    super(id, engineVm.vm);
    this.cpu = new ParaCpu(this);
    this.words = new VcpuWords(engineVm.sharedPage, id);
    this.reset();
    const para = componentOf(paraVcpuSchema, {
      state: () => this.paraState(),
      restore: (state: ParaVcpuState) => this.restorePara(state),
    });
    this.component = this.componentWith({ virtual: this.virtualHart, para });
  }

  /** As SBI firmware prepares a hart, as far as that is to be seen in U-mode. */
  private reset(): void {
    this.state.privilege = Privilege.machine;
    this.setCsr(Csr.mcounteren.number, COMMON_COUNTERS);
    this.setCsr(Csr.scounteren.number, COMMON_COUNTERS);
    this.setCsr(Csr.senvcfg.number, CBIE | CBCFE | CBZE);
    this.state.privilege = Privilege.user;
    this.state.status |= Status.FS;
  }

  enterSupervisor(): void {
    this.mode = 'kernel';
    this.vector.entry = this.vector.sp = 0n;
    this.isInitialised = true;
  }

  get user(): boolean {
    return this.mode === 'user';
  }

  setTrap(entry: bigint, sp: bigint): void {
    this.vector.entry = entry;
    this.vector.sp = sp;
  }

  get trapVector(): CsrValue {
    const { low, high } = Gva.of(this.vector.entry);
    return new CsrValue(Csr.stvec.number, low, high);
  }

  get interruptAwaits(): boolean {
    return this.isUpcallPending;
  }

  get takesInterrupt(): boolean {
    return this.isUpcallPending && this.words.interruptEnable;
  }

  /** It takes the trap on its way into the guest. */
  override upcall(): void {
    this.vm.ledger.caused(this.name, 'external interrupt');
    this.vm.host.kick(this, 'io');
  }

  /** Nobody sets its interrupts pending: what comes, comes by ports. */
  setPending(): void {}

  /** Devices ask for service: the VMM claims that of the PLIC, and the guest has ports. */
  setExternal(level: boolean): boolean {
    if (level) this.vm.events.interruptsCame();
    return false;
  }

  setTimer(deadline: number): void {
    this.setHostTimer(deadline);
  }

  *timerReached(): Narration {
    const { name } = this.entered;
    yield step`the machine's timer has come, which was set for the guest of ${name}: its port of the timer is pending`;
    this.setHostTimer(NEVER);
    this.vm.events.raiseVirq('timer', this.id);
  }

  get paging(): GuestPaging {
    const hpa = this.roots.hpa(this.mode);
    return hpa === 0 ? undefined : { root: hpa / FRAME, asid: 0, levels: 3 };
  }

  /** By its own tables, which hold machine addresses: as the hart does, which is in U-mode whatever the guest believes. */
  override walk(
    address: Gva,
    access: Access,
    manner: WalkManner,
    { user = this.user, steps }: { user?: boolean; steps?: WalkStep[] } = {},
  ): GuestTranslation {
    const root = this.roots.hpa(user ? 'user' : 'kernel');
    if (root === 0) return { fault: pageFaultOf(accessNames[access]) };
    const { memoryTypes, sum, mxr } = this;
    const addressing = {
      user: true,
      sum,
      mxr,
      memoryTypes,
      paging: { root: root / FRAME, asid: 0, levels: 3 } as const,
    };
    const tables = manner === 'peek' ? this.engineVm.peekedTables : this.engineVm.walkedTables;
    const found = walkGuest(addressing, tables, address, access, true, steps);
    if ('fault' in found) return found;
    const gpa = this.vm.toGuest(found.gpa);
    // The map from machine frames is no memory of the guest's.
    return gpa === undefined ? { fault: pageFaultOf(accessNames[access]) } : { ...found, gpa };
  }

  lastEntry({ low, high }: Gva, kind: RootKind): LastEntry | undefined {
    const { ram } = this.vm.machine.core;
    let table = this.roots.hpa(kind);
    if (table === 0) return undefined;
    for (let level = ROOT_LEVEL; ; level--) {
      const at = table + tableIndex(low, high, level) * 8;
      const entry = { at, low: ram.read32(at), high: ram.read32(at + 4) };
      if (level === 0) return entry;
      if (!(entry.low & Pte.V) || !this.engineVm.isTable(pteAddress(entry.low, entry.high))) return undefined;
      table = pteAddress(entry.low, entry.high);
    }
  }

  deviceAt(address: Gva, permission: number): number | undefined {
    const entry = this.lastEntry(address, this.mode);
    if (!entry || !(entry.low & permission)) return undefined;
    const found = entryOf(entry.low, entry.high, 0, (at) => this.vm.board.find(at) !== undefined);
    return found.kind === 'device' ? found.address + offsetInPage(0, address.low) : undefined;
  }

  /** The trap as the guest gets it, whose words are in the shared page. */
  takeTrap({ cause, interrupt: isInterrupt, value }: Trap): void {
    const { words, state, registers } = this;
    const status = (this.user ? 0 : Status.SPP) | (words.interruptEnable ? Status.SPIE : 0);
    words.write(sharedWords.sepc, this.pc.value);
    words.write(sharedWords.scause, causeValue(cause, isInterrupt));
    words.write(sharedWords.stval, value);
    words.write(sharedWords.status, BigInt(status));
    words.write(sharedWords.sp, registers.x(RegisterNumber.sp));
    words.write(sharedWords.t0, registers.x(RegisterNumber.t0));
    words.interruptEnable = false;
    registers.setX(RegisterNumber.t0, this.wordsAddress);
    if (this.user) registers.setX(RegisterNumber.sp, this.vector.sp);
    this.mode = 'kernel';
    const { low, high } = Gva.of(this.vector.entry);
    state.setPc(low, high);
  }

  /** Where the guest has its words. */
  private get wordsAddress(): bigint {
    const { shared } = this.engineVm;
    return shared ? shared.va + BigInt(this.words.offset) : 0n;
  }

  returnFromTrap(): boolean {
    const { words, registers, state } = this;
    const status = words.read(sharedWords.status);
    const mode = status & BigInt(Status.SPP) ? 'kernel' : 'user';
    if (this.roots.hpa(mode) === 0) return false;
    this.mode = mode;
    const { low, high } = Gva.of(words.read(sharedWords.sepc));
    state.setPc(low & ~1, high);
    words.interruptEnable = (status & BigInt(Status.SPIE)) !== 0n;
    registers.setX(RegisterNumber.t0, words.read(sharedWords.t0));
    registers.setX(RegisterNumber.sp, words.read(sharedWords.sp));
    registers.setX(RegisterNumber.a6, words.read(sharedWords.a6));
    registers.setX(RegisterNumber.a7, words.read(sharedWords.a7));
    return true;
  }

  override *load(hart: Hart): Narration {
    const isNew = this.roots.moveTo(this.vm.host.pcpuOf(hart));
    yield* super.load(hart);
    // What the hart has kept since the vCPU was there last, no fence of another hart's has reached: without ASIDs it would be found again.
    if (isNew && !hart.options.asidBits) hart.tlb.flush(undefined, undefined);
  }

  *loadRoot(hart: Hart): Narration {
    const { roots, mode } = this;
    const asid = roots.use(mode);
    const hpa = roots.hpa(mode);
    const csr = Csr.satp.number;
    const before = { low: hart.csrLow(csr), high: hart.csrHigh(csr) };
    const after = translationWords(PagingMode.sv39, asid, hpa / FRAME);
    if (before.low === after.low && before.high === after.high) return;
    const { ledger } = this.vm;
    const root = new Hpa(hpa);
    yield step`let the hardware walk the guest's own table at ${root}, the ${mode} root: satp = Sv39, ASID ${asid}`;
    hart.setCsrWords(csr, after.low, after.high);
    // Without ASIDs the hardware would take the translations of one table for another's.
    if (!hart.options.asidBits) hart.tlb.flush(undefined, undefined);
    ledger.changed({ kind: 'hardware CSR', csr, before, after });
    ledger.charge('csrAccess');
  }

  protected *deliverInterrupt(): Narration {
    if (!this.takesInterrupt) return;
    yield step`a port is pending, and IE in the shared page says that upcalls may come`;
    yield* inject(this, interrupt(InterruptCode.supervisorExternal));
  }

  fenceAll(): void {
    this.roots.forget(undefined);
    this.vm.ledger.charge('tlbFlush');
  }

  fenceAddress({ low, high }: Gva): void {
    this.roots.forget(virtualPage(low, high));
    this.vm.ledger.charge('tlbFlushPage');
  }

  /** Calls of the guest's kernel, and reads of the time. */
  isOrdered({ interrupt: isInterrupt, cause, instructionBits }: Exit): boolean {
    if (isInterrupt) return false;
    if (cause === ExceptionCode.userEcall) return !this.user;
    return (
      cause === ExceptionCode.illegalInstruction &&
      accessesCsr(instructionBits || (fetchInstruction(this, 'peek') ?? 0), Csr.time)
    );
  }

  wouldExit(instruction: Foreseen): boolean {
    const { classicHoles } = this.vm.hartModel.options;
    if (leadsToVmm(paraExecution, this.user ? 'u' : 's', instruction.use, { classicHoles })) return true;
    if (usesFloat(instruction.decoded.instruction) && (this.state.status & Status.FS) === 0) return true;
    return instruction.accesses.some(({ address, access }) => 'fault' in this.walk(Gva.of(address), access, 'peek'));
  }

  *handleExit(exit: Exit): Narration<Outcome> {
    const { kind, access } = exit.description;
    if (kind === 'page-fault' && access) return yield* handlePageFault(this, Access[access], exit.address);
    if (exit.cause === ExceptionCode.illegalInstruction)
      return yield* refusePrivileged(this, exit.instructionBits || (fetchInstruction(this) ?? 0));
    if (exit.cause === ExceptionCode.userEcall) return yield* this.handleEcall();
    if (isMisaligned(exit.cause) && !this.vm.port.delegatesMisaligned(this))
      return yield* emulateMisaligned(this, exit);
    this.vm.ledger.classify(commonExits.guestException);
    yield step`the exception is the guest's own`;
    return yield* inject(this, exit);
  }

  private *handleEcall(): Narration<Outcome> {
    if (this.user) {
      this.vm.ledger.classify(paraExits.systemCall);
      yield step`ecall of a program: a system call to the guest's kernel, which is in U-mode as well, so that the VMM passes it on`;
      return yield* inject(this, exception(ExceptionCode.userEcall));
    }
    yield step`ecall of the guest's kernel: a hypercall`;
    return yield* this.vm.model.hypercall(this);
  }

  tables(): readonly TranslationTable[] {
    const root = this.roots.hpa(this.mode);
    if (root === 0) return [];
    return [
      {
        role: 'registered',
        root,
        tag: this.roots.asidOf(this.mode),
        maps: (address) => !('fault' in this.walk(Gva.of(address), Access.read, 'peek')),
        permissions: (guestFlags) => guestFlags,
      },
    ];
  }

  protected engineFacts(): readonly Fact[] {
    const { roots, vector, words } = this;
    const root = (hpa: number): string => (hpa === 0 ? 'none' : `${new Hpa(hpa)}`);
    return [
      { name: 'mode', value: this.user ? 'a program' : 'the kernel' },
      { name: 'kernel root', value: root(roots.hpa('kernel')) },
      { name: 'user root', value: root(roots.hpa('user')) },
      { name: 'trap entry', value: vector.entry === 0n ? 'not set' : `${Gva.of(vector.entry)}` },
      { name: 'upcalls', value: words.interruptEnable ? 'may come (IE)' : 'wait (IE is 0)' },
    ];
  }

  describeAsid(asid: number): string | undefined {
    const kind = this.roots.ofAsid(asid);
    return kind && `${kind} root`;
  }

  private paraState(): ParaVcpuState {
    const { mode, vector, isInitialised } = this;
    return { mode, ...vector, isInitialised, ...this.roots.state() };
  }

  /** @throws RangeError where its roots are no tables of the guest's */
  private restorePara({ mode, entry, sp, isInitialised, kernel, user, place }: ParaVcpuState): void {
    const hart = place === null ? undefined : this.vm.machine.harts[place];
    this.mode = mode;
    this.setTrap(entry, sp);
    this.isInitialised = isInitialised;
    this.roots.restore({ kernel, user }, hart && this.vm.host.pcpuOf(hart));
    this.engineVm.holdRoots(this);
  }
}
