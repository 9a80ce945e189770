import type { Hart } from '../core/index';
import type { VirtioBackend } from '../devices/virtio/backend';
import type { EntryPoint } from '../firmware/port';
import { type CallTable, callTable, sbiExtensions } from '../firmware/sbi/call';
import { Sbi } from '../firmware/sbi/sbi';
import { Board, type HartLines } from '../machine/board';
import { endOf } from '../machine/finisher-end';
import type { Machine } from '../machine/machine';
import { INTERRUPTS, MEMORY_MAP, SHARED_PAGE } from '../machine/memory-map';
import type { Processor } from '../machine/processor';
import { FRAME } from '../mmu/address';
import { sizeInWords } from '../schema/quantity';
import {
  type Component,
  component,
  type PartProblem,
  type SavedField,
  stateSchema,
  withoutState,
} from '../schema/state/component';
import type { CpuState } from './cpu';
import type { Engine, EngineOptions, EngineVm } from './engines/engine';
import { DeviceInterrupts } from './events/device-interrupts';
import { type Delivery, EventChannels } from './events/event-channels';
import { SharedPage } from './events/shared-page';
import { type ExitKind, kindsByCause } from './exits/exit-kind';
import { InstructionCache } from './exits/instruction-cache';
import type { Guest } from './guest';
import type { HostModel } from './host/host-model';
import { type CallersMemory, physicalMemory } from './hypercalls/callers-memory';
import { hypercallExtension } from './hypercalls/extension';
import type { ExitLedger } from './ledger/ledger';
import type { LoadedGuest } from './loaded-guest';
import { type Measures, sumOf } from './measures';
import { Allotment } from './memory/allotment';
import { Balloon } from './memory/balloon';
import { balloonHostOf } from './memory/balloon-host';
import type { FrameRange } from './memory/frame-table';
import type { GuestMemory } from './memory/guest-memory';
import { GuestTables, GuestTablesAsHardware } from './memory/guest-walk';
import type { P2m } from './memory/p2m';
import type { Share } from './scheduler/share';
import type { HypervisorServices } from './services';
import type { Vcpu } from './vcpu';
import { VmClock, type VmTime } from './vm-clock';
import type { VmEnd } from './vm-end';
import { type OnCrash, VmLife, withDisksOf } from './vm-life';
import { VmPort } from './vm-port';

/** What a VM is as a machine is nothing beside its parts. */
const virtualMachineSchema = stateSchema('virtual-machine', 2, {});

/** The part of its memory that a VM is left by its host's policy where nothing else was said. */
const MEMORY_SHARE = 4;

/** What a VM is made with. */
export interface VmConfiguration {
  readonly name: string;
  readonly engine: Engine;
  readonly engineOptions: EngineOptions;
  readonly model: HostModel;
  readonly vcpus: number;
  /** Guest RAM in bytes, a multiple of 2 MiB. */
  readonly memory: number;
  /** The most bytes of machine memory that it takes, the VMM's tables for it included, where it gets its own as it touches it; no limit when absent. */
  readonly memoryLimit?: number | undefined;
  /** The least bytes of memory that its guest is to be left; a quarter of what it has when absent. */
  readonly memoryMinimum?: number | undefined;
  /** What is behind the virtio slots of its board. */
  readonly slots: readonly VirtioBackend[];
  /** The date at reset, in seconds since 1970. */
  readonly startTime: number;
  /** What an access outside the VM's memory means: the hardware's trap, or the end of the VM. */
  readonly onIllegal: 'trap' | 'kill';
  readonly time: VmTime;
  /** Whether its guest can learn how much of the time that it wants others have. */
  readonly stealTime: boolean;
  /** Whether its guest shares a page with the VMM, where it does not do so anyway. */
  readonly paravirtual: boolean;
  /** How much of the host's harts it gets. */
  readonly share: Share;
  readonly onCrash: OnCrash;
  /** Whether a guest that asks for a reset is started again; else that is its end. */
  readonly reboots: boolean;
  readonly console: (byte: number) => void;
}

/** One VM: its memory, its devices, its vCPUs, its firmware, and the engine that runs it. */
export class Vm implements Guest {
  readonly name: string;
  readonly processor: Processor;
  readonly model: HostModel;
  readonly onIllegal: 'trap' | 'kill';
  /** Whether its SBI has the extension STA. */
  readonly reportsStealTime: boolean;
  readonly share: Share;
  /** The time that its guest sees. */
  readonly clock: VmClock;
  readonly board: Board;
  /** What an exception of the hart is taken for, by its code, until the handler has looked. */
  readonly kindsByCause: readonly (ExitKind | undefined)[];
  readonly engine: EngineVm;
  readonly cpus: readonly CpuState[];
  readonly port: VmPort;
  /** The firmware that its guest calls. */
  readonly sbi: Sbi;
  /** What its guest can call: the firmware, and the hypervisor. */
  readonly calls: CallTable;
  /** 0 up to its number of vCPUs. */
  readonly cpuIds: readonly number[];
  readonly ram: { readonly base: number; readonly size: number };
  readonly instructions = new InstructionCache();
  /** The guest's page tables, to look at, and to walk on its behalf. */
  readonly peekedTables: GuestTables;
  readonly tables: GuestTables;
  readonly life: VmLife;
  /** Its ports. */
  readonly events: EventChannels;
  /** How much memory its guest is to have. */
  readonly allotment: Allotment;
  /** By which its guest gives memory back and gets it again. */
  readonly balloon: Balloon;

  constructor(
    readonly id: number,
    readonly host: HypervisorServices,
    readonly memory: GuestMemory,
    /** Where the VMM has its tables of it. */
    private readonly tableFrames: readonly FrameRange[],
    { name, engine, engineOptions, model, vcpus, memory: size, onIllegal, time, ...parts }: VmConfiguration,
  ) {
    this.name = name;
    this.model = model;
    this.onIllegal = onIllegal;
    this.reportsStealTime = parts.stealTime;
    this.share = parts.share;
    this.life = new VmLife(parts.onCrash, parts.reboots);
    const { maximum } = memory;
    const minimum = Math.min(maximum, Math.floor((parts.memoryMinimum ?? size / MEMORY_SHARE) / FRAME));
    this.allotment = new Allotment(
      { minimum, maximum },
      () => memory.count,
      () => this.machine.clock.now(),
    );
    const { allotment } = this;
    this.balloon = new Balloon({
      memory,
      allotment,
      frames: host.frames,
      framesWillCome: () => host.framesWillCome,
      takeBack: (frames) => host.takeBack(this, frames),
      filled: (frame) => this.engine.changed([frame], 'filled'),
      listEntryOf: (frame) => this.engine.ported?.listEntryOf(frame),
      isShared: (gpa) => this.isShared(gpa),
    });
    this.cpuIds = Array.from({ length: vcpus }, (_, vcpu) => vcpu);
    this.ram = { base: MEMORY_MAP.ram.base, size };
    this.kindsByCause = kindsByCause(engine.exits);
    this.processor = engine.processor(this.hartModel.options);
    this.peekedTables = new GuestTables(memory);
    this.tables = new GuestTablesAsHardware(memory, host.ledger);
    this.clock = new VmClock(this.machine, time, (owner) => this.ledger.scheduled(owner));
    this.board = new Board({
      name,
      clock: this.clock,
      memory,
      harts: this.cpuIds.map((vcpu) => this.linesOf(vcpu)),
      slots: parts.slots,
      startTime: parts.startTime,
      rom: false,
      clint: false,
      console: parts.console,
      finish: (request) => this.finish(endOf(request)),
    });
    this.board.connectBalloon(balloonHostOf(this.balloon));
    this.allotment.listen({
      targetChanged: () => {
        this.board.balloonChanged();
        this.events.raiseVirq('balloon');
      },
      wantsMore: () => host.memoryChanged(),
    });
    this.engine = engine.create(this, tableFrames, engineOptions);
    this.events = this.eventChannels(parts.paravirtual);
    this.cpus = this.vcpus.map(({ cpu }) => cpu);
    this.port = new VmPort(this, this.engine.features);
    const byPhysicalAddress = physicalMemory(memory, this.port);
    const memoryOf = (caller: number): CallersMemory => this.engine.ported?.callersMemory(caller) ?? byPhysicalAddress;
    const offered = sbiExtensions.filter((extension) => this.engine.ported?.offers(extension) ?? true);
    const extensions = [...offered, hypercallExtension(this, this.engine.ported?.hypercalls ?? {}, memoryOf)];
    this.calls = callTable(extensions);
    this.sbi = new Sbi(this.port, extensions);
  }

  get machine(): Machine {
    return this.host.machine;
  }

  /** A hart like all on which it can run. */
  get hartModel(): Hart {
    const [hart] = this.machine.harts;
    if (!hart) throw new RangeError('a machine has a hart');
    return hart;
  }

  get ledger(): ExitLedger {
    return this.host.ledger;
  }

  get p2m(): P2m {
    return this.memory.p2m;
  }

  get vcpus(): readonly Vcpu[] {
    return this.engine.vcpus;
  }

  /** How it ended; undefined while it lives. */
  get end(): VmEnd | undefined {
    return this.life.end;
  }

  /** Whether none of its vCPUs has a hart. */
  get isOff(): boolean {
    return this.vcpus.every(({ on }) => on === undefined);
  }

  /** Ends the VM. The first word counts. */
  finish(end: VmEnd): void {
    if (this.life.finish(end)) this.host.vmEnded(this, end);
  }

  /**
   * Switches it on: S-mode of its guest on vCPU 0, as soon as that has a hart. The others wait for hart_start.
   * @param load puts its images into its memory, now and whenever it is started again; and says where its guest begins, undefined where they
   *   find no memory
   * @returns false then
   */
  boot(load: () => LoadedGuest | undefined): boolean {
    const begin = (): EntryPoint | undefined => {
      const loaded = load();
      const { ported } = this.engine;
      return loaded && ported ? ported.begin(loaded) : loaded;
    };
    const entry = this.life.begin(begin, () => this.machineParts.save());
    if (entry) this.port.start(0, entry);
    return entry !== undefined;
  }

  /** Switches it on again after its end, once it is off: memory, devices and vCPUs are as at first. It ends at once where its images find no memory. */
  restart(): void {
    const { state, load, keepsDisks } = this.life.beginAgain(this.retiredNow);
    const parts = this.machineParts;
    const wanted = keepsDisks ? withDisksOf(state, parts.save()) : state;
    this.engine.clearTables();
    this.memory.clear();
    this.machine.hasWorkedLong = true;
    this.clock.restart();
    parts.prepare(wanted, this.name)();
    const entry = this.memory.beginAgain(load);
    this.allotment.moved('began', this.memory.count);
    if (entry) this.port.start(0, entry);
    else this.finish({ reason: 'killed', kind: 'out-of-memory', vcpu: 0 });
  }

  /** It has ended for good, and is off: memory that it got as it touched it goes back. @returns whether there was such */
  giveBack(): boolean {
    if (!this.memory.isOnDemand) return false;
    this.engine.dropped();
    this.memory.giveBack();
    return true;
  }

  /** Whether somebody but its guest uses the memory at an address, as long as the guest wants that. */
  private isShared(gpa: number): boolean {
    return this.vcpus.some(({ stealTime }) => stealTime?.isIn(gpa));
  }

  /** Why somebody cannot set it a target of so many bytes, after its name; undefined where that can be. */
  targetRefusal(bytes: number): string | undefined {
    const { minimum } = this.allotment.bounds;
    if (this.end) return 'has ended';
    if (bytes % FRAME !== 0)
      return `has memory in pages of ${sizeInWords(FRAME)}: ${bytes} bytes are no multiple of that`;
    if (bytes >= minimum * FRAME && bytes <= this.ram.size) return undefined;
    return `may have from ${sizeInWords(minimum * FRAME)} to ${sizeInWords(this.ram.size)} of memory: ${sizeInWords(bytes)} is not within that`;
  }

  /** Somebody sets it a target. @param bytes of which there is no refusal; those of its whole memory are all that it may have */
  setTarget(bytes: number): void {
    this.allotment.setTarget(Math.min(bytes / FRAME, this.allotment.bounds.maximum), 'person');
  }

  /** Its guest wants it to be paused. */
  suspend(): void {
    this.host.operate(this, 'pause');
  }

  /** Instructions that its guest has retired, in all of its lives. */
  get retired(): number {
    return this.life.retiredBefore + this.retiredNow;
  }

  private get retiredNow(): number {
    return this.vcpus.reduce((sum, { retired }) => sum + retired, 0);
  }

  /** How its vCPUs have spent their time, all together. */
  get measures(): Measures {
    const now = this.machine.clock.now();
    return sumOf(this.vcpus.map(({ account, spends }) => account.measures(spends, now)));
  }

  /** Bytes of machine memory that it has now and has had at the most, and those of the VMM's tables for it. */
  get memoryTaken(): { readonly guest: number; readonly peak: number; readonly tables: number } {
    const { taken: guest, peak } = this.memory;
    return { guest, peak, tables: this.tableFrames.reduce((sum, { frames }) => sum + frames * FRAME, 0) };
  }

  /** Whether its guest learns of the page that it shares by its device tree. */
  get namesSharedPage(): boolean {
    return this.events.page !== undefined && this.events.delivery.kind === 'interrupt';
  }

  peek(gpa: number, length: number): Uint8Array | undefined {
    return this.memory.peek(gpa, length);
  }

  place(gpa: number, bytes: Uint8Array): boolean {
    return this.memory.place(gpa, bytes);
  }

  hold(gpa: number): number | undefined {
    return this.memory.hold(gpa);
  }

  toHost(gpa: number): number | undefined {
    return this.p2m.toHost(gpa);
  }

  toGuest(hpa: number): number | undefined {
    return this.p2m.toGuest(hpa);
  }

  get component(): Component {
    const accounts = this.vcpus.map(({ id, account }) => [`vcpu${id}`, account.component] as const);
    const { clock, life, allotment, machineParts } = this;
    // Accounts before the machine: what its vCPUs tell of stolen time is checked beside them.
    const parts = {
      clock: clock.component,
      life: life.component,
      allotment: allotment.component,
      ...Object.fromEntries(accounts),
    };
    return withoutState('vm', { parts: { ...parts, machine: machineParts } });
  }

  /** What it is as a machine: what begins anew with it. */
  private get machineParts(): Component {
    const { board, sbi, engine, vcpus } = this;
    const ofVcpus = Object.fromEntries(vcpus.map((vcpu) => [partName(vcpu), vcpu.component]));
    const parts = { board: board.component, sbi: sbi.component, engine: engine.component, ...ofVcpus };
    return component(virtualMachineSchema, {}, { parts, check: (field) => problemOfHarts(vcpus, field) });
  }

  private eventChannels(paravirtual: boolean): EventChannels {
    const { memory, host, board } = this;
    const own = this.engine.ported?.sharedPage;
    // The page is there as long as the VM lives, wherever it has its memory from.
    if (!own && paravirtual) memory.hold(SHARED_PAGE.base);
    const atItsPlace = (): number | undefined => memory.hostPhysical(SHARED_PAGE.base);
    const page = own ?? (paravirtual ? new SharedPage(this.machine.core.ram, atItsPlace) : undefined);
    const delivery: Delivery = own
      ? { kind: 'trap', devices: new DeviceInterrupts(board.plic) }
      : { kind: 'interrupt', line: board.plic.source(INTERRUPTS.hypervisor) };
    return new EventChannels(this, page, (vm) => host.vms[vm]?.events, delivery);
  }

  /** The interrupt wires of a vCPU: one that rises makes it exit, so that the VMM sees it. */
  private linesOf(id: number): HartLines {
    return {
      software: UNCONNECTED,
      timer: UNCONNECTED,
      machineExternal: UNCONNECTED,
      supervisorExternal: {
        setLevel: (level) => {
          const vcpu = this.vcpus[id];
          if (!vcpu?.setExternal(level)) return;
          if (level) this.ledger.caused(vcpu.name, 'external interrupt');
          this.host.kick(vcpu, 'io');
        },
      },
    };
  }
}

const partName = ({ id }: Vcpu): string => `vcpu${id}`;

/** A hart has one vCPU at the most. */
function problemOfHarts(vcpus: readonly Vcpu[], field: SavedField): PartProblem | undefined {
  const harts = vcpus.map((vcpu) => field(partName(vcpu), 'on') ?? null);
  const second = vcpus.find((_, index) => harts[index] !== null && harts.indexOf(harts[index] ?? null) < index);
  return second && { part: partName(second), path: ['on'], problem: 'must be a hart that no other vCPU has' };
}

const UNCONNECTED = { setLevel: () => undefined };
