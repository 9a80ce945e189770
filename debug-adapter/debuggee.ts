import type { Defines } from '../simulator/assembler/preprocess/macros';
import type { Hart, Registers } from '../simulator/core/index';
import { disassemble } from '../simulator/explain/disassembler';
import { guestBytes, guestPhysical } from '../simulator/expression/guest-address';
import type { CpuState } from '../simulator/hypervisor/cpu';
import type { Guest } from '../simulator/hypervisor/guest';
import type { ExitRecord } from '../simulator/hypervisor/ledger/ledger';
import type { VcpuName } from '../simulator/hypervisor/ledger/vcpu-name';
import type { TranslationTable, Vcpu } from '../simulator/hypervisor/vcpu';
import type { Vm } from '../simulator/hypervisor/vm';
import { instructionNamed } from '../simulator/isa/index';
import type { ActiveHandler } from '../simulator/machine/hosted-software';
import { Access, Privilege } from '../simulator/mmu/index';
import { CodeScopes } from '../simulator/object/dwarf/code-scopes';
import type { Program } from '../simulator/object/program';
import { nowhere, spaceOf, withoutSpace } from '../simulator/object/spaces';
import { Symbols } from '../simulator/object/symbols';
import type { System } from '../simulator/system/system';
import { CallFrames, type FrameSection } from './inspect/frames/call-frames';
import { satpOf, standing } from './inspect/worlds';
import type { CheckedLaunch } from './launch/launch-checks';
import { LoadMap } from './launch/load-map';
import { CodeLayout } from './program/code-layout';
import { CodeLines } from './program/code-lines';
import { InlinedCode } from './program/inlined';

/** What a guest runs, as the debugger knows it. */
export interface DebuggedProgram {
  readonly program: Program;
  /** Macros of the preprocessor. */
  readonly defines: Defines;
}

/** The machine on which guests are debugged, as what is asked about one of them needs it. */
export interface MachineOfGuests {
  readonly system: System;
  readonly launch: CheckedLaunch;
  /** In the order in which the machine has them. */
  readonly guests: readonly Debuggee[];
  /** Whether there are several guests: then each has a name. */
  readonly isShared: boolean;
  /** The handler of VMM or firmware in which the machine stands, with the CPU whose it is. */
  readonly handler: { readonly handler: ActiveHandler; readonly cpu: CpuState | undefined } | undefined;
  /** Where harts are shared, the machine as its VMM has it: whose its handlers are while they work for no vCPU. */
  readonly host: Debuggee | undefined;
  /** Of which guest a CPU is, in whichever of its worlds. */
  guestOf(cpu: CpuState): Debuggee;
  /** The number of a CPU's thread, from 1. */
  threadOf(cpu: CpuState): number;
  /** What a CPU is called: `vCPU 0`, `hart 0`, of one of several guests `web vCPU 0`. */
  nameOf(cpu: CpuState): string;
  /** The CPU that the ledger calls so. */
  cpuNamed(name: VcpuName): CpuState | undefined;
  /** Whose a hart is: of whom it runs; of one that has nothing to do, somebody who has run on it, or may. */
  cpuOn(hart: Hart): CpuState | undefined;
  /**
   * For whom a handler makes its last step: for the one left, until that is put away; for the one entered, from its `load` on; between them, and
   * where nobody had the hart and nobody gets it, for the hart itself.
   */
  actorOf(handler: ActiveHandler): CpuState | undefined;
  /** Whether a hart executes a CPU's instructions now. */
  isOn(cpu: CpuState, hart: Hart): boolean;
  /** Whose an exit was: of who was left or entered, else of who waits on its hart. */
  cpuOfExit(record: ExitRecord): CpuState | undefined;
}

/** A guest that is being debugged, and the program loaded into it: on the bare machine, or one of a VMM's. */
export class Debuggee {
  readonly program: Program;
  /** Macros of the preprocessor. */
  readonly defines: Defines;
  readonly symbols: Symbols;
  readonly lines: CodeLines;
  readonly callFrames: CallFrames;
  readonly scopes: CodeScopes;
  readonly inlined: InlinedCode;
  readonly loadMap: LoadMap;
  readonly layout: CodeLayout;
  /** The VM that it is, under a VMM. */
  readonly vm: Vm | undefined;
  private foundTrapReturns: ReadonlySet<bigint> | undefined;
  private foundWaitEnds: ReadonlySet<bigint> | undefined;

  constructor(
    readonly machine: MachineOfGuests,
    readonly guest: Guest,
    { program, defines }: DebuggedProgram,
  ) {
    this.program = program;
    this.defines = defines;
    this.vm = machine.system.vmOf(guest);
    this.symbols = new Symbols(program);
    this.lines = new CodeLines(program.lines);
    this.scopes = new CodeScopes(() => program.units?.() ?? []);
    this.loadMap = new LoadMap(program);
    this.layout = new CodeLayout(program);
    this.inlined = new InlinedCode(this.scopes);
    this.callFrames = new CallFrames(frameSections(program));
  }

  get system(): System {
    return this.machine.system;
  }

  get cpus(): readonly CpuState[] {
    return this.guest.cpus;
  }

  /** The hart that runs a CPU, or did last, or that is the CPU. */
  hartOf(cpu: CpuState): Hart {
    return this.system.hartOf(standing(cpu));
  }

  /** Whether a hart executes a CPU's instructions now. */
  isOn(cpu: CpuState, hart: Hart): boolean {
    return this.machine.isOn(cpu, hart);
  }

  /** The vCPU that a CPU is, under a VMM. */
  vcpuOf({ id }: CpuState): Vcpu | undefined {
    return this.vm?.vcpus[id];
  }

  /** Where the registers of a CPU are: in a hart, or put away. */
  registersOf(cpu: CpuState): Registers {
    return this.vcpuOf(cpu)?.registers ?? this.hartOf(cpu);
  }

  /** Whether the tables that a CPU's hart walks are this CPU's: those of one that is put away may be another's by now. */
  hasHart(cpu: CpuState): boolean {
    return !this.machine.isShared || this.vcpuOf(cpu)?.on !== undefined;
  }

  /** Whose an exit was, of this guest's CPUs. */
  cpuOfExit(record: ExitRecord): CpuState | undefined {
    const cpu = this.machine.cpuOfExit(record);
    return cpu && this.cpus.includes(cpu) ? cpu : undefined;
  }

  /** The shadow table that the hardware walks for a CPU as it stands, where there is one. */
  shadowOf(cpu: CpuState): TranslationTable | undefined {
    return this.vcpuOf(cpu)
      ?.tables()
      .find(({ role }) => role === 'shadow');
  }

  /** The ASID under which the hart of a CPU keeps what it finds in the table that it walks for it as it stands: a shadow table, or the guest's own. */
  tagOf(cpu: CpuState): number | undefined {
    const [table] = this.vcpuOf(cpu)?.tables() ?? [];
    return table?.role === 'second-stage' ? undefined : table?.tag;
  }

  /** The handler of VMM or firmware in which a CPU stands, if it stands in one. */
  handlerOf(cpu: CpuState): ActiveHandler | undefined {
    const { handler } = this.machine;
    return handler && handler.cpu === standing(cpu) ? handler.handler : undefined;
  }

  /** The addresses of the program's instructions that return from traps. */
  get trapReturns(): ReadonlySet<bigint> {
    this.foundTrapReturns ??= findInstructions(this.program, [SRET, MRET]);
    return this.foundTrapReturns;
  }

  /** The addresses behind the program's instructions that wait for an interrupt. */
  get waitEnds(): ReadonlySet<bigint> {
    this.foundWaitEnds ??= new Set(
      [...findInstructions(this.program, [WFI.match])].map((address) => address + BigInt(WFI.length)),
    );
    return this.foundWaitEnds;
  }

  /**
   * An address as the program's symbols and lines have it: where the code that a CPU finds there is linked. Where several programs are linked
   * to be at an address, or a guest of the program's own calls something so, what is there counts.
   */
  linked(cpu: CpuState, address: bigint): bigint {
    const { loadMap } = this;
    const candidates = loadMap.linkedAt(address);
    const [only] = candidates;
    if (only !== undefined && candidates.length === 1 && !cpu.virtual) return only;
    const found = cpu.peek(address, Access.execute);
    const loaded = 'gpa' in found ? loadMap.toLinked(BigInt(found.gpa)) : undefined;
    if (loaded !== undefined && candidates.includes(loaded)) return loaded;
    const held = candidates.find((each) => this.isHeld(cpu, address, each));
    return held ?? loaded ?? (cpu.virtual && only !== undefined ? nowhere(address) : (only ?? address));
  }

  /** Whether in memory at an address are the program's bytes for a linked one. */
  private isHeld(cpu: CpuState, address: bigint, linked: bigint): boolean {
    const expected = this.loadMap.bytesAt(linked, COMPARED);
    const found = this.readVirtual(cpu, address, expected.length);
    return expected.length > 0 && found.length === expected.length && expected.every((byte, i) => byte === found[i]);
  }

  /** Where something of the program is for a CPU: while it has no paging, where it was loaded. */
  placeFor(cpu: CpuState, linked: bigint): bigint {
    return this.isBare(cpu) ? (this.loadMap.toLoaded(linked) ?? withoutSpace(linked)) : withoutSpace(linked);
  }

  /** `main+0x8` for an address as a CPU sees it; undefined when nothing names it. */
  describe(cpu: CpuState, address: bigint): string | undefined {
    return this.symbols.describe(this.linked(cpu, address));
  }

  private isBare(cpu: CpuState): boolean {
    return cpu.privilege === Privilege.machine || satpOf(cpu) >> 60n === 0n;
  }

  /**
   * Where an address leads in guest memory, for somebody who only looks: whichever access or mode finds something. While a CPU has no
   * paging, what is linked to be where no memory is, is where it was loaded.
   */
  locate(cpu: CpuState, address: bigint): number | undefined {
    const found = guestPhysical(cpu, address);
    if (found !== undefined && this.guest.toHost(found) !== undefined) return found;
    const loaded = this.isBare(cpu) ? this.loadMap.toLoaded(address) : undefined;
    return loaded === undefined ? found : Number(loaded);
  }

  /** The machine address of guest memory at a guest-virtual address; undefined where there is none. */
  hostAddress(cpu: CpuState, address: bigint): number | undefined {
    const gpa = this.locate(cpu, address);
    return gpa === undefined ? undefined : this.guest.toHost(gpa);
  }

  /** Bytes at a guest-virtual address, up to the first that is not in memory. */
  readVirtual(cpu: CpuState, address: bigint, length: number): Uint8Array {
    return guestBytes(this.guest, address, length, (at) => this.locate(cpu, at));
  }

  /** The bits of the instruction at an address, in which a compressed one has its upper half zero; undefined when it cannot be read. */
  instructionAt(cpu: CpuState, address: bigint): number | undefined {
    const bytes = this.readVirtual(cpu, address, 4);
    if (bytes.length < 2) return undefined;
    const low = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    if ((low & 3) !== 3) return low;
    if (bytes.length < 4) return undefined;
    return (low | ((bytes[2] ?? 0) << 16) | ((bytes[3] ?? 0) << 24)) >>> 0;
  }

  /** The registers and CSRs that the instruction at an address names. */
  operandsAt(cpu: CpuState, address: bigint): string[] {
    const word = this.instructionAt(cpu, address);
    if (word === undefined) return [];
    return (
      disassemble(word, address, { aliases: true })
        .operands.replace(/<.*>/, '')
        .match(/\b[a-z]\w*/g) ?? []
    );
  }
}

/** Bytes by which it is told which program is somewhere. */
const COMPARED = 16;
const { match: SRET } = instructionNamed('sret');
const { match: MRET } = instructionNamed('mret');
const WFI = instructionNamed('wfi');

/** Where a program has one of these instructions, by where it is linked and by where it is loaded. */
function findInstructions(program: Program, words: readonly number[]): ReadonlySet<bigint> {
  const found = new Set<bigint>();
  for (const { address, loadAddress, bytes, executable } of program.segments) {
    if (!executable) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + 4 <= bytes.length; at += 2) {
      const word = view.getUint32(at, true);
      if (!words.includes(word)) continue;
      found.add(withoutSpace(address + BigInt(at)));
      found.add(withoutSpace(loadAddress + BigInt(at)));
    }
  }
  return found;
}

function frameSections({ sections, debugFrames }: Program): FrameSection[] {
  const loaded = sections.filter(({ name }) => name === '.eh_frame');
  return [
    ...loaded.map(({ contents, address }) => ({
      bytes: contents.slice(),
      address: withoutSpace(address),
      shift: spaceOf(address),
    })),
    ...(debugFrames?.() ?? []).map(({ bytes, shift }) => ({ bytes, address: undefined, shift })),
  ];
}
