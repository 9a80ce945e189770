import type { DebugProtocol } from '@vscode/debugprotocol';
import type { GuestCpu } from '../../simulator/hypervisor/guest';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { Debuggee } from '../debuggee';
import { hex, privilegeNames } from '../format';
import type { Sources } from '../sources';
import type { DisassemblySources } from './disassembly-sources';
import { handlerLabel } from './exit-text';
import { type GuestFrame, guestFrames } from './guest-frames';
import { type HandlerFrame, handlerFrames } from './handler-frames';

/** A frame that a client sees. */
export type StackFrame =
  | { readonly kind: 'vmm'; readonly cpu: GuestCpu; readonly handler: ActiveHandler; readonly frame: HandlerFrame }
  /** Between the VMM and its guest: what happened. */
  | { readonly kind: 'label'; readonly cpu: GuestCpu; readonly handler: ActiveHandler; readonly text: string }
  | { readonly kind: 'guest'; readonly cpu: GuestCpu; readonly frame: GuestFrame };

/** A CPU's stack: the VMM's functions, what happened, the guest's functions; innermost first. */
export function stackOf(debuggee: Debuggee, cpu: GuestCpu): StackFrame[] {
  const handler = debuggee.handlerOf(cpu);
  const guest = guestFrames(debuggee, cpu).map((frame): StackFrame => ({ kind: 'guest', cpu, frame }));
  if (!handler) return guest;
  const vmm = handlerFrames(handler).map((frame): StackFrame => ({ kind: 'vmm', cpu, handler, frame }));
  return [...vmm, { kind: 'label', cpu, handler, text: handlerLabel(debuggee, cpu, handler) }, ...guest];
}

/** How frames are shown. */
export class FrameView {
  constructor(
    private readonly debuggee: Debuggee,
    private readonly sources: Sources,
    private readonly disassembly: DisassemblySources,
    /** The line in the body of a macro, not that of its call, at the CPU where the machine stopped. */
    private readonly showsBody: (cpu: GuestCpu) => boolean,
  ) {}

  show(frame: StackFrame, id: number): DebugProtocol.StackFrame {
    switch (frame.kind) {
      case 'vmm': {
        const { site } = frame.frame;
        return {
          id,
          name: site.function,
          source: this.sources.vmm(site.file),
          line: site.line,
          column: site.column,
          endLine: site.endLine,
        };
      }
      case 'label':
        return { id, name: frame.text, line: 0, column: 0, presentationHint: 'label' };
      case 'guest':
        return { id, ...this.guest(frame.cpu, frame.frame) };
    }
  }

  private guest(cpu: GuestCpu, frame: GuestFrame): Omit<DebugProtocol.StackFrame, 'id'> {
    const isCaller = frame.kind === 'caller';
    const common = {
      name: this.name(cpu, frame),
      instructionPointerReference: hex(frame.pc),
      ...(frame.isGuess ? { presentationHint: 'subtle' as const } : {}),
    };
    // A caller stands at its call, which is before the address to which it returns.
    const at = isCaller ? frame.pc - 1n : frame.pc;
    const line = this.debuggee.lines.at(at, frame.kind === 'running' && this.showsBody(cpu));
    if (line && !this.debuggee.absentSources.has(line.file))
      return {
        ...common,
        source: this.sources.guest(line.file),
        line: line.line + 1,
        column: (line.column ?? 0) + 1,
      };
    return { ...common, ...this.disassembly.place(cpu, frame.pc) };
  }

  private name(cpu: GuestCpu, { pc, kind, isGuess, privilege }: GuestFrame): string {
    const place = this.debuggee.symbols.describe(pc) ?? hex(pc);
    if (isGuess) return `${place} (a guess, from ra)`;
    if (kind === 'interrupted') return `${place} (interrupted in ${privilegeNames[privilege]})`;
    return kind === 'running' && cpu.privilege !== 1 ? `${place} (${privilegeNames[privilege]})` : place;
  }
}
