/**
 * What a client of the debug adapter may use beyond DAP: the custom requests and events, all named `hyperstep/...`. Types and constants
 * only. The extension imports nothing else of this folder but `launch.ts`.
 *
 * A request that cannot be answered (unknown thread, no such device, the machine runs) fails with an error response whose message can
 * be shown. All of them are free of side effects on the machine, except `consoleInput`, `operateVm`, `setMemoryTarget` and `predictStep`.
 */

import type { Exits } from './exit-states';
import type { MemoryContent, SymbolList } from './memory-states';
import type { Moment } from './moment/moment';
import type { AddressMeaning, Narration } from './narration-states';
import type { ControlState, Rings, Timeline } from './panel-states';
import type { Predictable, Predicted } from './prediction-states';
import type { Hex } from './protocol-values';
import type { VirtioDevice } from './queue-states';
import type { OwnArguments } from './request-arguments';
import type { RunCost, RunSummary } from './run-states';
import type { PageTable, TlbContent, Translation, Worlds } from './translation-states';
import type { Vms } from './vm-states';

/**
 * Sources of the VMM, of which a VMM frame's `source.path` and a breakpoint speak as `hyperstep-vmm:/simulator/hypervisor/FILE.ts` when
 * the client is VS Code (`clientID: "vscode"`); other clients get paths of files beside the adapter.
 */
export { vmmScheme } from '../simulator/hypercalls/shipped';
export type { Exit, ExitSeries, Exits, StateChange } from './exit-states';
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
  AddressMeaning,
  ComingStep,
  HandledTrap,
  NarratedFunction,
  NarratedStep,
  NarratedValue,
  Narration,
} from './narration-states';
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
export {
  NO_TRAP,
  type Predictable,
  type Predicted,
  type PredictedAnswer,
  type PredictionChoice,
  type PredictionQuestion,
  type Predictions,
} from './prediction-states';
export type { Hex, SourceLine } from './protocol-values';
export type { Descriptor, DescriptorChain, GuestAddress, VirtioDevice, VirtQueue } from './queue-states';
export type { ExitKindCount, RunCost, RunSummary } from './run-states';
export type {
  EntryState,
  LastTrap,
  PageTable,
  PageTableEntry,
  Pte,
  StageStep,
  TlbContent,
  TlbEntry,
  Translation,
  Walk,
  WalkStep,
  World,
  Worlds,
} from './translation-states';
export type {
  History,
  MemoryMoment,
  OwnGuestOnHart,
  OwnGuestState,
  OwnGuestsState,
  VcpuState,
  VmMemory,
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
  /** Whether it was set, and why it was not. A logged input of the machine. */
  'hyperstep/setMemoryTarget': { done: boolean; refusal?: string };
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

// --- Whom views are about

/** Whom views are about when a frame is in focus: across a world switch a stack has frames of several virtual CPUs. */
export interface About {
  threadId: number;
  /** `web vCPU 0`, where there are several virtual machines. */
  name?: string;
}

// --- Values beside source lines

export interface InlineValue {
  /** 1-based. */
  line: number;
  /** `satp = Sv39, ppn 0x80203, shadow root 0x...`, or a VMM line's narration. */
  text: string;
}
