import type { CpuState } from '../../simulator/hypervisor/cpu';
import { decode, expand, isCall, RegisterNumber } from '../../simulator/isa/index';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { placeOf } from '../inspect/exit-text';
import { handlerCrossings } from '../inspect/frames/handler-frames';
import type { StackFrame } from '../inspect/frames/stack';
import type { Following } from '../run/following';
import type { GuestStep, StepTarget } from '../run/guest-stepping';
import { callsFirmware, comingTrap, presentInstruction } from './coming-trap';
import type { Origin } from './effect';
import { foreseenEffects } from './foreseen-effects';
import { effectsOfHandler } from './noted-effects';

/** Where a step into may lead. */
export type StepInTarget = { readonly cpu: CpuState; readonly label: string } & (
  | { readonly kind: 'step'; readonly target: StepTarget | undefined }
  | { readonly kind: 'follow'; readonly following: Following }
);

/** The targets of a step from a frame: those of the innermost one of a CPU. Nothing is changed by looking for them. */
export function stepInTargets(debuggee: Debuggee, frame: StackFrame, step: GuestStep): StepInTarget[] {
  const handler = debuggee.handlerOf(frame.cpu);
  switch (frame.kind) {
    case 'label':
      return [];
    case 'vmm':
      return handler && frame.frame.callers.length === handler.trail.at(-1)?.callers.length
        ? inHandler(debuggee, frame.cpu, handler)
        : [];
    case 'guest':
      return handler || frame.frame.kind !== 'running' || isLeft(debuggee, frame.cpu)
        ? []
        : inGuest(debuggee, frame.cpu, step);
  }
}

/** Whether a CPU is the one that a handler has left, which works for another one by now. */
function isLeft({ machine }: Debuggee, cpu: CpuState): boolean {
  const left = machine.handler && machine.system.hypervisor?.ledger.handling?.left;
  return left ? machine.cpuNamed(left) === cpu : false;
}

function inHandler(debuggee: Debuggee, cpu: CpuState, handler: ActiveHandler): StepInTarget[] {
  const { machine } = debuggee;
  const record = machine.system.hypervisor?.ledger.handling;
  const left = record?.left ? machine.cpuNamed(record.left) : undefined;
  const asker = left ?? cpu;
  const guest = machine.guestOf(asker);
  const origin: Origin =
    record && left
      ? { who: machine.nameOf(left), place: placeOf(guest, record) }
      : { who: machine.nameOf(asker), place: record ? `VM exit #${record.number}` : pcText(guest, asker) };
  const exit = record ? { exit: record.number } : {};
  return [
    {
      cpu,
      kind: 'step',
      target: undefined,
      label: `the next step of the ${handlerCrossings(handler).at(-1)?.into.name}`,
    },
    ...effectsOfHandler(machine, handler).map((effect) => followed(cpu, { effect, origin, isCall: false, ...exit })),
  ];
}

function inGuest(debuggee: Debuggee, cpu: CpuState, step: GuestStep): StepInTarget[] {
  const instruction = presentInstruction(debuggee, cpu);
  const { software, isGuests } = comingTrap(debuggee, cpu);
  const called = calledAt(debuggee, cpu);
  const into = (target: StepTarget | undefined, label: string): StepInTarget => ({ cpu, kind: 'step', target, label });
  const origin = { who: debuggee.machine.nameOf(cpu), place: pcText(debuggee, cpu) };
  const isCallOf = instruction !== undefined && callsFirmware(debuggee, cpu, instruction);
  return [
    ...(called === undefined ? [] : [into(undefined, `into ${called}`)]),
    ...(software ? [into('vmm', `into the ${software.name}: ${software.what}`)] : []),
    ...(isGuests ? [into('handler', 'into the guest’s handler')] : []),
    ...(software || isGuests ? [into('stay', 'stay here')] : []),
    ...foreseenEffects(debuggee, cpu).map((effect) => followed(cpu, { effect, origin, from: step, isCall: isCallOf })),
  ];
}

function followed(cpu: CpuState, following: Following): StepInTarget {
  return { cpu, kind: 'follow', following, label: following.effect.label };
}

/** The function that the instruction at pc calls, by name; undefined where it calls none. */
function calledAt(debuggee: Debuggee, cpu: CpuState): string | undefined {
  const word = debuggee.instructionAt(cpu, cpu.pc);
  const decoded = word === undefined ? undefined : decode(word);
  if (!decoded) return undefined;
  const { instruction, fields } = expand(decoded);
  if (!isCall({ instruction, fields })) return undefined;
  const { rs1 = RegisterNumber.zero, imm = 0, target = 0 } = fields;
  const isIndirect = instruction.jump === 'indirect';
  const address = BigInt.asUintN(64, isIndirect ? cpu.x(rs1) + BigInt(imm) : cpu.pc + BigInt(target)) & ~1n;
  return debuggee.describe(cpu, address) ?? hex(address);
}

/** Where a CPU is: its source line, where there is one. */
function pcText(debuggee: Debuggee, cpu: CpuState): string {
  const { pc } = cpu;
  return placeOf(debuggee, {
    pcLow: Number(BigInt.asIntN(32, pc)),
    pcHigh: Number(BigInt.asIntN(32, pc >> 32n)),
  });
}
