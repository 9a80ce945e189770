import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import { exitOf } from '../../../simulator/hypervisor/ledger/causes';
import type { ExitRecord } from '../../../simulator/hypervisor/ledger/ledger';
import type { ActiveHandler } from '../../../simulator/machine/hosted-software';
import type { DebuggedMachine } from '../../debugged-machine';
import type { Debuggee } from '../../debuggee';
import { hex, valueOfWords } from '../../format';
import type { CodeLine } from '../../program/code-lines';
import type { Sources } from '../../program/sources';
import type { DisassemblySources } from '../code/disassembly-sources';
import { causesInWords, crossingLabel, trapLabel } from '../exit-text';
import { threadReference } from '../thread-reference';
import { placedModeName, worldName } from '../worlds';
import { type GuestFrame, guestFrames } from './guest-frames';
import { type HandlerFrame, handlerCrossings } from './handler-frames';
import { type HandlerPart, handlerParts } from './handler-parts';

/** A frame that a client sees. */
export type StackFrame =
  | { readonly kind: 'vmm'; readonly cpu: CpuState; readonly handler: ActiveHandler; readonly frame: HandlerFrame }
  /** Between two worlds, such as the VMM and its guest: what happened. Behind all: who asked for it. */
  | {
      readonly kind: 'label';
      readonly cpu: CpuState;
      readonly handler: ActiveHandler;
      readonly text: string;
      /** The VM exit that it tells of. */
      readonly exit?: ExitRecord;
    }
  | { readonly kind: 'guest'; readonly cpu: CpuState; readonly frame: GuestFrame; readonly inlined?: Inlined };

/** What a frame is when it shares its instruction with others: one of a function inlined into the next one, or the one around such. */
interface Inlined {
  /** Of the inlined function; absent for the one around all. */
  readonly name?: string;
  /** Where the frame stands when it is not where the instruction comes from: at the call of the function inlined into it. */
  readonly call?: Pick<CodeLine, 'file' | 'line'>;
}

/**
 * A CPU's stack, innermost first: the functions of VMM or firmware, what happened, the guest's functions. Across a world switch each part has its
 * vCPU's guest below it: first that of the one entered, where it goes on, behind it that of the one left, at its exit.
 * @param hidden how many inlined functions that begin at the CPU's instruction are not entered yet
 */
export function stackOf(debuggee: Debuggee, cpu: CpuState, hidden: number): StackFrame[] {
  const handler = debuggee.handlerOf(cpu);
  if (!handler) return guestPart(debuggee, cpu, hidden);
  const exit = debuggee.system.hypervisor?.ledger.handling;
  // The stack goes on with who asked for it, as that of something asynchronous does.
  const causes = exit?.because && exitOf(exit.because) !== null ? causesInWords(debuggee, exit.because) : [];
  return [
    ...handlerParts(debuggee.machine, cpu, handler).flatMap((part) =>
      handlerPart(debuggee, cpu, part, handler, hidden),
    ),
    ...causes.map((cause): StackFrame => ({ kind: 'label', cpu, handler, ...cause })),
  ];
}

/** A part of a handler's path, what is below it of a guest, and the label of what led into it. @param cpu whose the stack is */
function handlerPart(
  { machine }: Debuggee,
  cpu: CpuState,
  part: HandlerPart,
  handler: ActiveHandler,
  hidden: number,
): StackFrame[] {
  const { cpu: own, crossing, by, isSwitched } = part;
  const guest = machine.guestOf(own);
  const exit = machine.system.hypervisor?.ledger.handling;
  const rest = handlerCrossings(handler).filter((other) => other !== crossing);
  const code = part.frames.map((frame): StackFrame => ({ kind: 'vmm', cpu: own, handler, frame }));
  const label = (text: string, of?: ExitRecord): StackFrame => {
    return { kind: 'label', cpu: own, handler, text, ...(of ? { exit: of } : {}) };
  };
  switch (by) {
    case 'trap': {
      const trap = label(trapLabel(guest, own, handler, crossing, own !== cpu), exit);
      return [...code, trap, ...(isSwitched ? leftPart(guest, own, cpu, exit) : guestPart(guest, own, hidden))];
    }
    case 'entry': {
      const goesOn = label(`${machine.nameOf(own)} goes on here`);
      return [...code, goesOn, ...guestPart(guest, own, hidden), label(crossingLabel(machine, crossing, rest))];
    }
    case 'leave':
      // A hart that was idle is nobody's from the beginning of its handler.
      return exit?.left ? [...code, label(crossingLabel(machine, crossing, rest))] : code;
    case 'call':
      return [...code, label(crossingLabel(machine, crossing, rest))];
  }
}

/** The guest's functions. */
function guestPart(debuggee: Debuggee, cpu: CpuState, hidden: number, pc = cpu.pc): StackFrame[] {
  if (debuggee === debuggee.machine.host) return [];
  return guestFrames(debuggee, cpu, pc).flatMap((frame) =>
    inlinedFrames(debuggee, frame.cpu, frame, frame.kind === 'running' ? hidden : 0).map(
      (inlined): StackFrame => ({ kind: 'guest', cpu: frame.cpu, frame, ...(inlined ? { inlined } : {}) }),
    ),
  );
}

/**
 * The guest of the vCPU that was left, at the instruction of its exit; none of one that has begun anew since, and where there was none.
 * @param entered of whom it has been told where it goes on
 */
function leftPart(debuggee: Debuggee, cpu: CpuState, entered: CpuState, exit: ExitRecord | undefined): StackFrame[] {
  if (!exit?.left || cpu === entered || debuggee.vcpuOf(cpu)?.lastHart === undefined) return [];
  const pc = valueOfWords({ low: exit.pcLow, high: exit.pcHigh });
  return guestPart(debuggee, cpu, debuggee.inlined.hiddenAt(debuggee.linked(cpu, pc)), pc);
}

/** The functions in which a frame of the machine stands, innermost first; just undefined where nothing is inlined. */
function inlinedFrames(debuggee: Debuggee, cpu: CpuState, frame: GuestFrame, hidden: number): (Inlined | undefined)[] {
  const { inlined } = debuggee;
  const at = debuggee.linked(cpu, lineAddress(frame));
  const functions = inlined.visibleAt(at, hidden).reverse();
  if (functions.length === 0) return [undefined];
  return functions.map(({ kind, name }, index) => {
    const call = index === 0 ? inlined.callAt(at, hidden) : functions[index - 1]?.call;
    return { ...(kind === 'inlined' ? { name } : {}), ...(call ? { call } : {}) };
  });
}

/** A caller stands at its call, which is before the address to which it returns. */
function lineAddress({ kind, pc }: GuestFrame): bigint {
  return kind === 'caller' ? pc - 1n : pc;
}

/** The end of a path that tells it from others: `mm/memory.c`. */
const shortPath = (file: string): string => file.split(/[\\/]/).slice(-2).join('/');

/** How frames are shown. */
export class FrameView {
  constructor(
    private readonly machine: DebuggedMachine,
    private readonly sources: Sources,
    private readonly disassembly: DisassemblySources,
    /** The line in the body of a macro, not that of its call, at the CPU where the machine stopped. */
    private readonly showsBody: (cpu: CpuState) => boolean,
  ) {}

  show(frame: StackFrame, id: number): DebugProtocol.StackFrame {
    switch (frame.kind) {
      case 'vmm': {
        const { site } = frame.frame;
        return {
          id,
          // The class is named as its file, which stands beside.
          name: site.function.replace(/^.*\./, ''),
          source: this.sources.vmm(site.file),
          line: site.line,
          column: site.column,
          endLine: site.endLine,
        };
      }
      case 'label':
        return { id, name: frame.text, line: 0, column: 0, presentationHint: 'label' };
      case 'guest':
        return { id, ...this.guest(frame.cpu, frame.frame, frame.inlined) };
    }
  }

  private guest(cpu: CpuState, frame: GuestFrame, inlined: Inlined | undefined): Omit<DebugProtocol.StackFrame, 'id'> {
    const name = inlined?.name === undefined ? this.name(cpu, frame) : `${inlined.name} (inlined)`;
    const common = {
      instructionPointerReference: threadReference(this.machine, cpu, hex(frame.pc)),
      ...(frame.isGuess ? { presentationHint: 'subtle' as const } : {}),
    };
    const line = this.line(cpu, frame, inlined);
    if (!line) return { name, ...common, ...this.disassembly.place(cpu, frame.pc) };
    if (!this.machine.presence.isAbsent(line.file))
      return {
        name,
        ...common,
        source: this.sources.guest(line.file),
        line: line.line + 1,
        column: (line.column ?? 0) + 1,
      };
    const place = `${shortPath(line.file)}:${line.line + 1}`;
    const origin = `of ${this.sources.guestPath(line.file)}, which is not here: "sourceMap" says where sources are`;
    return { name: `${name} at ${place}`, ...common, ...this.disassembly.place(cpu, frame.pc, origin) };
  }

  /** The files that frames are shown in. */
  filesOf(frames: readonly StackFrame[]): string[] {
    return frames.flatMap((each) =>
      each.kind === 'guest' ? (this.line(each.cpu, each.frame, each.inlined)?.file ?? []) : [],
    );
  }

  private line(cpu: CpuState, frame: GuestFrame, inlined: Inlined | undefined) {
    if (inlined?.call) return { ...inlined.call, column: undefined };
    const debuggee = this.machine.guestOf(cpu);
    const inBody = frame.kind === 'running' && this.showsBody(cpu);
    return debuggee.lines.at(debuggee.linked(cpu, lineAddress(frame)), inBody);
  }

  private name(cpu: CpuState, { pc, kind, isGuess }: GuestFrame): string {
    const debuggee = this.machine.guestOf(cpu);
    const place = debuggee.describe(cpu, pc) ?? hex(pc);
    if (isGuess) return `${place} (a guess, from ra)`;
    const mode = placedModeName(debuggee, cpu);
    if (kind === 'interrupted') return `${place} (interrupted in ${mode})`;
    return kind === 'running' && worldName(debuggee, cpu) !== 'S' ? `${place} (${mode})` : place;
  }
}
