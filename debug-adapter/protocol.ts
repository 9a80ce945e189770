/**
 * What a client of the debug adapter may use beyond DAP: the custom requests and events, all named `hyperstep/...`. Types and constants
 * only. The extension imports nothing else of this folder but `launch.ts`.
 *
 * A request that cannot be answered (unknown thread, no such device, the machine runs) fails with an error response whose message can
 * be shown. All of them are free of side effects on the machine, except `consoleInput`, `operateVm` and `predictStep`.
 */

import type { MemoryContent, SymbolList } from './memory-states';
import type { Moment } from './moment/moment';
import type { ControlState, Rings, Timeline } from './panel-states';
import type { Hex, SourceLine } from './protocol-values';
import type { OwnArguments } from './request-arguments';
import type { ExitKindCount, RunCost, RunSummary } from './run-states';
import type { Vms } from './vm-states';
import type { WorldName } from './world-names';

/**
 * Sources of the VMM, of which a VMM frame's `source.path` and a breakpoint speak as `hyperstep-vmm:/simulator/hypervisor/FILE.ts` when
 * the client is VS Code (`clientID: "vscode"`); other clients get paths of files beside the adapter.
 */
export { vmmScheme } from '../simulator/hypercalls/shipped';
export type {
  MemoryContent,
  MemoryMark,
  MemoryMarkKind,
  MemoryPiece,
  MemorySpace,
  MemorySymbol,
  SymbolList,
} from './memory-states';
export type { Moment } from './moment/moment';
export type {
  ControlGroup,
  ControlRegister,
  ControlState,
  DecidingBit,
  ModeTransition,
  RingCpu,
  Rings,
  Timeline,
  TimelineMark,
  TimelineSpan,
} from './panel-states';
export type { Hex, SourceLine } from './protocol-values';
export type { ExitKindCount, RunCost, RunSummary } from './run-states';
export type {
  History,
  OwnGuestOnHart,
  OwnGuestState,
  OwnGuestsState,
  VcpuState,
  VmState,
  Vms,
  WorldSwitchState,
} from './vm-states';
export { type WorldName, worldNames } from './world-names';

/** The answer to each custom request, by its command. */
interface Bodies {
  'hyperstep/about': About;
  'hyperstep/narration': Narration;
  'hyperstep/address': AddressMeaning;
  'hyperstep/worlds': Worlds;
  'hyperstep/pageTable': PageTable;
  'hyperstep/translate': Translation;
  'hyperstep/tlb': TlbContent;
  'hyperstep/queues': { devices: VirtioDevice[] };
  'hyperstep/memory': MemoryContent;
  'hyperstep/symbols': SymbolList;
  'hyperstep/rings': Rings;
  'hyperstep/controlState': ControlState;
  'hyperstep/timeline': Timeline;
  'hyperstep/exits': Exits;
  'hyperstep/runCost': RunCost;
  'hyperstep/vms': Vms;
  /** Whether it had an effect, and why it had none. A logged input of the machine. */
  'hyperstep/operateVm': { done: boolean; refusal?: string };
  'hyperstep/inlineValues': { values: InlineValue[] };
  /** Keys typed in the guest's terminal, as the terminal encodes them. A logged input of the machine. */
  'hyperstep/consoleInput': Record<string, never>;
  'hyperstep/predictable': Predictable;
  /** An error says what is wrong with the expression. */
  'hyperstep/predictedAddress': { address: Hex };
  /** The step begins: a `stopped` event follows, after which `hyperstep/predicted` has what came. */
  'hyperstep/predictStep': Record<string, never>;
  'hyperstep/predicted': Predicted;
  'hyperstep/moment': { moment: Moment };
}

/** Arguments and body of each custom request; `request-arguments.ts` says what the arguments are. */
export type Requests = {
  [Command in keyof OwnArguments]: { arguments: OwnArguments[Command]; body: Bodies[Command] };
};

export type ThreadArguments = OwnArguments['hyperstep/worlds'];
export type PageTableArguments = OwnArguments['hyperstep/pageTable'];
export type TranslateArguments = OwnArguments['hyperstep/translate'];
export type WorldArguments = Pick<TranslateArguments, 'threadId' | 'world'>;

/** Body of each custom event, by its name. */
export interface Events {
  /**
   * Machine state may have changed and can be read: after every stop, and after every write by a client. Views ask again.
   * `machine` counts the machines of the session, from 1: after a restart it is another one.
   */
  'hyperstep/stateChanged': ({ reason: 'stopped'; side: 'guest' | 'vmm' } | { reason: 'written' }) & {
    machine: number;
  };
  /** The machine runs: what views show is of the past. */
  'hyperstep/running': Record<string, never>;
  /** The run is over, and nothing more can be asked of it: before DAP's `terminated`. */
  'hyperstep/ended': RunSummary;
  /** What the guest wrote to its console: with `console: "terminal"` in VS Code; otherwise it comes as DAP output. At most 64 KiB. */
  'hyperstep/console': { text: string };
  /** The program has errors, so that nothing was started: sent before the launch request's error response. */
  'hyperstep/diagnostics': { diagnostics: ProgramDiagnostic[] };
}

/**
 * Requests of the adapter to its host in a browser, where it cannot read files itself (as DAP reverse requests, which the extension
 * answers and VS Code never sees). Paths are URIs.
 */
export interface HostRequests {
  'hyperstep/readFile': { arguments: { path: string }; body: { base64: string } };
  'hyperstep/writeFile': { arguments: { path: string; base64: string }; body: Record<string, never> };
}

export interface ProgramDiagnostic {
  /** As in DAP's `Source.path`. */
  path: string;
  /** 0-based, in UTF-16 units; the end is exclusive. */
  range: { start: { line: number; column: number }; end: { line: number; column: number } };
  severity: 'error' | 'warning' | 'information' | 'hint';
  code: string;
  message: string;
}

// --- Predictions

/** What can be predicted of the instruction at which a virtual CPU stands, and nothing of what will come. */
export type Predictable =
  | {
      /** `demand+4` */
      place: string;
      instruction: string;
      questions: PredictionQuestion[];
    }
  | { place: string /** Why nothing can be predicted here. */; refusal: string };

/** The predicted cause where nothing is to trap. */
export const NO_TRAP = 'none';

export interface PredictionQuestion {
  id: 'pc' | 'mode' | 'cause' | 'handler' | 'leaf';
  text: string;
  /** Without them the answer is a text. */
  choices?: PredictionChoice[];
  /** It is asked only where a trap has been predicted. */
  askedOfTraps?: true;
}

export interface PredictionChoice {
  id: string;
  label: string;
  description?: string;
}

export type Predictions = OwnArguments['hyperstep/predictStep']['predictions'];

/** What was predicted of the last step beside what has come. */
export interface Predicted {
  place: string;
  instruction: string;
  /** False where something else has stopped the machine before the instruction was over: then there is nothing to compare. */
  isOver: boolean;
  answers: PredictedAnswer[];
}

export interface PredictedAnswer {
  id: PredictionQuestion['id'];
  predicted: string;
  came: string;
  isRight: boolean;
}

// --- Whom views are about

/** Whom views are about when a frame is in focus: across a world switch a stack has frames of several virtual CPUs. */
export interface About {
  threadId: number;
  /** `web vCPU 0`, where there are several virtual machines. */
  name?: string;
}

// --- Narration

export interface Narration {
  /** What privileged software handles for the CPU, or handled last. Absent before the first time. */
  handled?: HandledTrap;
}

/** A trap into VMM or firmware, and what its handler says while it works. */
export interface HandledTrap {
  software: 'vmm' | 'firmware';
  /** The handler has ended: the guest went on. */
  isOver: boolean;
  /** Among the VM's exits, or among the firmware's traps since the start; from 1. */
  number: number;
  /** Of an exit: why the guest left, as the exits are counted by it, and what that means. */
  reason?: { name: string; meaning: string };
  /** Of several virtual machines: whose it was. After a world switch the handler works for another one. */
  of?: string;
  /** What happened, as the exits' list says it. */
  description: string;
  /** By the manual's name. */
  cause: string;
  /** Where the guest stood. */
  pc: Hex;
  symbol?: string;
  instruction?: string;
  source?: SourceLine;
  /** The trap value (stval, mtval), where the cause gives it a meaning. */
  value?: NarratedValue;
  /** The handler's function and, in order, what it did and which functions it entered. */
  narrated: NarratedFunction;
  /** How many steps before these are left out. */
  omitted: number;
  /** What may come next, when the handler is not over: several where conditions decide. */
  coming: ComingStep[];
  changes: StateChange[];
}

export interface NarratedFunction {
  kind: 'function';
  name: string;
  parts: (NarratedFunction | NarratedStep)[];
}

export interface NarratedStep {
  kind: 'step';
  /** Counts from 1 within the handler. */
  number: number;
  /** The sentence, in pieces. */
  text: (string | NarratedValue)[];
  source: SourceLine;
  /** The handler is about to do this. */
  isPresent: boolean;
}

/** A value that a handler has named. */
export interface NarratedValue {
  value: string;
  /** What it is: `guest-virtual address`, or a CSR's or an entry's fields. */
  meaning?: string;
  /** Of an address: where it points, for `hyperstep/address` and DAP's `readMemory`. */
  memoryReference?: string;
  space?: 'gva' | 'gpa' | 'hpa';
  symbol?: string;
}

export type ComingStep =
  /**
   * A step: values that are not known yet stand as the source names them: `‹pte›`. A call, or a return: the function that is entered, or
   * goes on.
   */
  { kind: 'step' | 'call' | 'return'; text: string; source: SourceLine } | { kind: 'end' };

/** An address in every space in which it is one, as things are now, and what is there. */
export interface AddressMeaning {
  gva?: Hex;
  gpa?: Hex;
  hpa?: Hex;
  symbol?: string;
  source?: SourceLine;
  /** 64-bit words from there on, as far as there is memory; at most eight. */
  words: Hex[];
}

// --- Worlds

export interface World {
  name: WorldName;
  /** Why it is there, in words: `from here the last trap came`. */
  why: string;
  /** Whether its addresses go through two stages. */
  twoStages: boolean;
}

export interface Worlds {
  /** Those that there are where the thread stands; views begin with the first. */
  worlds: World[];
  /** The fault that the software where the thread stands was told of last. Absent when its last trap was another. */
  trap?: LastTrap;
}

export interface LastTrap {
  /** The exception's name. */
  cause: string;
  /** As which mode the access was made. */
  world: WorldName;
  /** Of that world. */
  address: Hex;
  access: TranslateArguments['access'];
  /** Of a guest-page fault: what htval or mtval2 says, shifted. */
  gpa?: Hex;
  /** `Load guest-page fault at 0x1000, GPA 0x80201000, from VS-mode at guest_main+0x8`. */
  text: string;
  /** What the same access does now. */
  now: Translation;
}

// --- Page tables

/** One table of 512 entries, of the guest and its shadow side by side; only entries valid in at least one of them are listed. */
export interface PageTable {
  /**
   * Of the guest (virtual) `satp`; when `bare`, the guest's side is the identity and `entries` show what the shadow maps. Of the second stage
   * the scheme has two more bits (Sv39x4), and 2048 entries in its root.
   */
  mode: 'bare' | 'sv39' | 'sv48';
  /** `only` of one, or of two stages. */
  stage: 'only' | 'first' | 'second';
  /** Virtual privilege and `satp`, in words: `S-mode, ASID 3`. */
  space: string;
  /** Of the entries: 2 maps 1 GiB, 1 maps 2 MiB, 0 maps 4 KiB. */
  level: number;
  /** Where the guest's table is (of the second stage, in the machine). Absent when the guest has none here (bare, or below a guest superpage). */
  guest?: { gpa: Hex; hpa?: Hex };
  /** Where the table is that the hardware walks. Absent without a VMM, and where the VMM has none here yet. */
  shadow?: { hpa: Hex };
  /** Whether this machine has shadow tables at all (virtualization `full`). */
  shadowed: boolean;
  entries: PageTableEntry[];
}

/**
 * How a shadow entry relates to the guest's entry times P2M:
 * `same`: the same permissions and the right frame; `unfilled`: the guest maps it, the shadow does not yet (the next access enters the
 * pager); `narrower`: the right frame with fewer permissions, on purpose (see `reason`); `stale`: the guest changed its entry and has
 * not fenced yet, as hardware with a TLB may keep it; `wrong`: anything else, a fault of the VMM.
 * `table`: points to a table on both sides. `unshadowed`: there are no shadow tables. `refused`: no access gets through it (see `reason`).
 */
export type EntryState = 'refused' | 'same' | 'unfilled' | 'narrower' | 'stale' | 'wrong' | 'table' | 'unshadowed';

export interface PageTableEntry {
  index: number;
  /** First and last guest-virtual byte that it maps; of the second stage guest-physical. */
  first: Hex;
  last: Hex;
  /** The guest's entry; below a guest superpage, the part of that superpage. Absent when not valid. */
  guest?: Pte;
  /** Its entry in the table that the hardware walks. Absent when not valid. */
  shadow?: Pte;
  /** Where guest entry and P2M (or second stage) lead: the machine-physical address of the page. Absent for pointers and addresses outside RAM. */
  expectedHpa?: Hex;
  state: EntryState;
  /** Why the entry is narrower, stale, wrong or refused, in one sentence. */
  reason?: string;
  /** Of the symbol or section that lies there, if one does. */
  label?: string;
}

export interface Pte {
  value: Hex;
  kind: 'table' | 'leaf';
  /** Of a leaf, of `rwxugad` those that are set, in this order; of a pointer, empty. */
  permissions: string;
  /** Where it points to: a GPA in a guest's entry (an HPA without a VMM), an HPA in a shadow entry. */
  target: Hex;
}

// --- Translation of one address

export interface Translation {
  /** What was asked for, as a number, and what is there. */
  address: Hex;
  symbol?: string;
  /** The guest's own walk; its addresses are GPAs (HPAs without a VMM). */
  guest: Walk;
  /** P2M's answer for the address that the guest's walk leads to. */
  p2m?: { gpa: Hex; hpa?: Hex; note: string };
  /** The hardware's walk of the shadow tables; its addresses are HPAs. */
  shadow?: Walk;
  /** In a virtual mode of the H extension, also of the guest of a hypervisor that runs on the bare machine: every entry that the hardware reads of both stages, in order. Its addresses: VS GPA, G HPA. */
  stages?: { steps: StageStep[]; outcome: string; hpa?: Hex };
  /** The TLB's entry for the address, if it holds one. */
  tlb?: TlbEntry;
  /** Under a VMM with shadow tables: how the shadow's entry relates to the guest's entry times P2M. */
  composed?: Pick<PageTableEntry, 'state' | 'reason' | 'expectedHpa'>;
  /** What an access now would do, in one sentence. */
  summary: string;
  /** The mode as which the access is looked at: `VS-mode`. */
  world: string;
  /**
   * When it would fault: whose tables say so (a fault of the second stage is the hypervisor's, whatever the guest did), the exception's name,
   * and the entry and bit that is the cause.
   */
  fault?: { owner: 'guest' | 'hypervisor'; cause: string; why: string };
}

/** An entry that a walk through two stages reads. */
export interface StageStep {
  stage: 'VS' | 'G';
  level: number;
  pteAddress: Hex;
  pte: Hex;
  note: string;
  /** The walk ends here with a fault. */
  failed: boolean;
}

export interface Walk {
  mode: 'bare' | 'sv39' | 'sv48';
  root: Hex;
  steps: WalkStep[];
  /** Where it leads, or the exception that it ends with, by the manual's name. */
  outcome: { address: Hex; permissions: string; level: number } | { fault: string };
}

export interface WalkStep {
  level: number;
  index: number;
  pteAddress: Hex;
  pte: Hex;
  /** What the walk concludes from it: `pointer to 0x...`, `leaf rwx-`, `not valid`. */
  note: string;
}

// --- TLB

export interface TlbContent {
  capacity: number;
  entries: TlbEntry[];
}

export interface TlbEntry {
  /** Its place in the TLB. */
  slot: number;
  /** Virtualization mode (V=1) and VMID, of machines with the H extension. */
  virtual?: { vmid: number };
  asid: number;
  global: boolean;
  /** First byte of the page. */
  va: Hex;
  hpa: Hex;
  level: number;
  /** What an access may do: of two stages what both allow. */
  permissions: string;
  /** Of two stages: what each allows (`Bare` where there is no first one), and the guest physical address between them. */
  stages?: { first: string; second: string };
  gpa?: Hex;
  /** Whose address space the ASID is under a VMM: `virtual S, SUM=0, guest ASID 3`; with several VMs also whose the entry is: `web vCPU 0: ...`. */
  space?: string;
}

// --- Device queues

export interface VirtioDevice {
  /** `virtio-blk` and so on. */
  name: string;
  /** Slot of virtio-mmio, 0-7. */
  slot: number;
  gpa: Hex;
  interrupt: number;
  /** Set bits of the status register by name, in the order in which a driver sets them. */
  status: string[];
  /** Negotiated features by name. */
  features: string[];
  queues: VirtQueue[];
}

/** An address as the guest wrote it and, through P2M, where it is. Without a VMM, and outside RAM, there is no HPA. */
export interface GuestAddress {
  gpa: Hex;
  hpa?: Hex;
}

export interface VirtQueue {
  index: number;
  /** The device's name for it: `requests`. */
  name: string;
  size: number;
  ready: boolean;
  descriptorTable: GuestAddress;
  /** `next` is the ring's `idx` field, `flags` its flags. */
  availableRing: GuestAddress & { next: number; flags: number };
  usedRing: GuestAddress & { next: number; flags: number };
  /** How far the device has read the available ring. */
  taken: number;
  /** Those that belong to a chain; a descriptor in no chain is not listed. */
  descriptors: Descriptor[];
  /** The last entries of the rings, oldest first, at most the queue's size. `position` counts modulo 2^16. */
  available: { position: number; head: number; state: 'taken' | 'waiting' }[];
  used: { position: number; head: number; written: number }[];
  /** Oldest first. */
  chains: DescriptorChain[];
}

export interface Descriptor extends GuestAddress {
  index: number;
  length: number;
  flags: ('next' | 'write' | 'indirect')[];
  next?: number;
}

export interface DescriptorChain {
  head: number;
  descriptors: number[];
  state: 'available' | 'in flight' | 'used';
  /** What it asks for, as the device reads it: `read sector 2, 512 bytes: OK`. */
  request: string;
}

// --- VM exits

export interface Exits {
  /** The exits that are kept and wanted over the machine's time, where columns were asked for and there are any. */
  series?: ExitSeries;
  /** Of which VM `total` and `counts` are, where there are several and one was asked for. */
  vm?: string;
  total: number;
  counts: ExitKindCount[];
  /** Newest first. */
  exits: Exit[];
  /** The guests of a hypervisor of the user's own, of one of which exits can be asked for. */
  guests?: { id: number; name: string }[];
}

/** Machine time in columns of the same length, and how many exits of each kind each of them has. */
export interface ExitSeries {
  /** In nanoseconds: where the first column begins, and how long each is. */
  from: number;
  period: number;
  /** The most frequent first. */
  reasons: { reason: string; counts: number[] }[];
}

export interface Exit {
  /** 1 for the first exit of the machine. */
  number: number;
  threadId: number;
  /** Where there are several VMs: whom the hart left and whom it then ran (`web vCPU 0`); null where it had, or has, nothing to do; `entered` is absent while the exit is being handled. */
  left?: string | null;
  entered?: string | null;
  /** Machine clock, in nanoseconds. */
  clock: number;
  reason: string;
  /** What happened, as the label frame says it: `csrw satp, privileged, in U-mode of the machine`. */
  description: string;
  pc: Hex;
  /** The instruction there, disassembled; absent when it could not be fetched. */
  instruction?: string;
  source?: SourceLine;
  /** What has caused it, and that again, where it was not the guest's own instruction: `asked by vCPU 0 at sbi.S:120`, `caused by timer`. */
  causes?: string[];
  /** The narration of the handlers, step by step. */
  narration: string[];
  changes: StateChange[];
  /** By the cost model; absent where a hypervisor of the user's own handled it. */
  cycles?: number;
}

export interface StateChange {
  kind: 'virtual CSR' | 'hardware CSR' | 'shadow entry' | 'second-stage entry' | 'guest entry' | 'TLB' | 'trap';
  /** `satp`; for a shadow entry its page `0x80201000`. */
  name: string;
  before?: string;
  after?: string;
}

// --- Values beside source lines

export interface InlineValue {
  /** 1-based. */
  line: number;
  /** `satp = Sv39, ppn 0x80203, shadow root 0x...`, or a VMM line's narration. */
  text: string;
}
