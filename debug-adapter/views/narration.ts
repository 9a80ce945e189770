import { type Site, sites } from 'hyperstep:sites';
import { describeSbiCall } from '../../simulator/firmware/sbi/call';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { isOfAnotherPager } from '../../simulator/hypervisor/engines/full/pagers';
import { engineNamed } from '../../simulator/hypervisor/engines/index';
import { type ExitRecord, INTERRUPT_BIT } from '../../simulator/hypervisor/ledger/ledger';
import { causeOf, ExceptionCode } from '../../simulator/isa/index';
import type { Step } from '../../simulator/machine/narration';
import type { DebuggedMachine } from '../debugged-machine';
import type { Debuggee } from '../debuggee';
import type { Inspected } from '../debugging';
import { hex, valueOfWords } from '../format';
import { type Coming, comingSteps } from '../inspect/coming-steps';
import { describeExit, exitInstruction, instructionText, isAddressFault } from '../inspect/exit-text';
import type { FirmwareTrap, Handled } from '../inspect/narrations';
import { describeChange } from '../inspect/values/change-text';
import { ValueView } from '../inspect/values/values';
import type {
  ComingStep,
  HandledTrap,
  NarratedFunction,
  NarratedStep,
  NarratedValue,
  Narration,
  SourceLine,
} from '../protocol';
import { guestSource } from './address';
import { narratedValue } from './narrated-value';

/** Of a handler that says more, the last steps are shown. */
const MOST_STEPS = 400;

type Words = FirmwareTrap['value'];

/** Whether a place in the VMM's sources can be reached on the machine: those of engines that run no guest cannot. */
function isOfEngine({ system }: DebuggedMachine, { file }: Site): boolean {
  const folder = /\/engines\/(\w+)\//.exec(file)?.[1];
  if (folder === undefined) return true;
  const { virtualization, neighbours } = system.configuration;
  const used = neighbours?.vms.map(({ engine }) => engine) ?? [virtualization];
  if (isOfAnotherPager(file, system.configuration.pager ?? 'right')) return false;
  return used.some((engine) => engineNamed(engine)?.sources.includes(folder));
}

/** What the CPU's handler says, or said when it ran last. */
export function narration(running: Inspected, cpu: CpuState): Narration {
  const handled = lastHandled(running, cpu);
  const trap = handled && (handled.software === 'vmm' ? exitOf(running, cpu, handled.number) : handled.trap);
  if (!handled || !trap) return {};
  const { trail } = handled;
  const isOver = running.machine.handler?.handler.trail !== trail;
  const coming = isOver ? [] : comingSteps(trail, (site) => isOfEngine(running.machine, site));
  return {
    handled: {
      software: handled.software,
      number: handled.number,
      isOver,
      ...('kind' in trap ? exitFacts(running, trap, cpu) : firmwareFacts(running, cpu, trap)),
      narrated: narratedTree(running, cpu, handled, isOver),
      omitted: Math.max(0, trail.length - MOST_STEPS),
      coming: coming.map((each) => showComing(running, each)),
    },
  };
}

type Facts = Omit<HandledTrap, 'software' | 'number' | 'isOver' | 'narrated' | 'omitted' | 'coming'>;

/** The handler in which a CPU stands, else that of its last exit: its hart may have handled others' since then. */
function lastHandled({ debuggee, narrations }: Inspected, cpu: CpuState): Handled | undefined {
  const last = narrations.lastOn(debuggee.hartOf(cpu).id);
  if (!debuggee.machine.isShared || debuggee.handlerOf(cpu)) return last;
  const record = lastExit(debuggee, cpu);
  return record && narrations.handledIn(record);
}

function lastExit(debuggee: Debuggee, cpu: CpuState): ExitRecord | undefined {
  return debuggee.vm?.ledger.last(1, (record) => debuggee.cpuOfExit(record) === cpu)[0];
}

/** The ledger's record of an exit that is being handled, or was a CPU's last. */
function exitOf({ debuggee }: Inspected, cpu: CpuState, number: number): ExitRecord | undefined {
  const handling = debuggee.handlerOf(cpu) ? debuggee.system.hypervisor?.ledger.handling : undefined;
  const record = handling ?? lastExit(debuggee, cpu);
  return record?.number === number ? record : undefined;
}

/** @param present who is asked about: after a world switch the exit was another's */
function exitFacts(running: Inspected, record: ExitRecord, present: CpuState): Facts {
  const { machine } = running;
  const cpu = record.left ? (machine.cpuNamed(record.left) ?? present) : present;
  const debuggee = machine.guestOf(cpu);
  return {
    ...(machine.isShared ? { of: whoseExit(machine, record) } : {}),
    ...factsOf({ ...running, debuggee }, cpu, record),
  };
}

/** Whose exit it was: a vCPU's, or of a hart that nobody had. */
function whoseExit(machine: DebuggedMachine, { left, hart }: ExitRecord): string {
  const cpu = left && machine.cpuNamed(left);
  return cpu ? machine.nameOf(cpu) : `hart ${hart}, which was idle`;
}

function factsOf(running: Inspected, cpu: CpuState, record: ExitRecord): Facts {
  const { debuggee } = running;
  const pc = valueOfWords({ low: record.pcLow, high: record.pcHigh });
  const isInterrupt = record.cause >= INTERRUPT_BIT;
  const code = isInterrupt ? record.cause - INTERRUPT_BIT : record.cause;
  const instruction = exitInstruction(debuggee, record);
  return {
    reason: { name: record.kind.id, meaning: record.kind.text },
    description: describeExit(record, instruction),
    cause: causeOf(code, isInterrupt).name,
    ...placeOf(running, cpu, pc, instruction),
    ...trapValue(running, cpu, isInterrupt ? undefined : code, record.value),
    changes: record.changes.map((change) => describeChange(debuggee, change)),
  };
}

function firmwareFacts(running: Inspected, cpu: CpuState, trap: FirmwareTrap): Facts {
  const { isInterrupt, cause, value, call } = trap;
  const pc = valueOfWords(trap.pc);
  const { name } = causeOf(cause, isInterrupt);
  return {
    description: call ? describeSbiCall(call) : name,
    cause: name,
    ...placeOf(running, cpu, pc, instructionText(running.debuggee, cpu, pc)),
    ...trapValue(running, cpu, isInterrupt ? undefined : cause, value),
    changes: [],
  };
}

function placeOf(running: Inspected, cpu: CpuState, pc: bigint, instruction: string | undefined) {
  const symbol = running.debuggee.describe(cpu, pc);
  const source = guestSource(running, cpu, pc);
  return {
    pc: hex(pc),
    ...(symbol === undefined ? {} : { symbol }),
    ...(instruction === undefined ? {} : { instruction }),
    ...(source ? { source } : {}),
  };
}

/** @param cause of an exception */
function trapValue(
  running: Inspected,
  cpu: CpuState,
  cause: number | undefined,
  words: Words,
): { value?: NarratedValue } {
  const value = valueOfWords(words);
  if (cause !== undefined && isAddressFault(cause)) {
    const symbol = running.debuggee.describe(cpu, value);
    const memoryReference = hex(value);
    const named = symbol === undefined ? {} : { symbol };
    return {
      value: { value: hex(value), meaning: 'the address of the access', space: 'gva', memoryReference, ...named },
    };
  }
  const isInstruction = cause === ExceptionCode.illegalInstruction || cause === ExceptionCode.virtualInstruction;
  return isInstruction && value !== 0n ? { value: { value: hex(value), meaning: 'the bits of the instruction' } } : {};
}

/** The steps as the functions made them that the handler entered. */
function narratedTree(running: Inspected, cpu: CpuState, { trail }: Handled, isOver: boolean): NarratedFunction {
  const shown = trail.slice(-MOST_STEPS);
  const view = new ValueView(running.debuggee, cpu);
  const root: NarratedFunction = { kind: 'function', name: functionAt(outermost(shown[0])), parts: [] };
  /** The functions in which the step before was made, outermost first, with the calls that led into them. */
  let open: { readonly call: number; readonly entered: NarratedFunction }[] = [];
  for (const [index, step] of shown.entries()) {
    const calls = [...step.callers].reverse();
    const same = open.findIndex(({ call }, depth) => call !== calls[depth]);
    open = open.slice(0, same < 0 ? Math.min(open.length, calls.length) : same);
    for (let depth = open.length; depth < calls.length; depth++) {
      const inner = calls[depth + 1] ?? step.site;
      const entered: NarratedFunction = { kind: 'function', name: functionAt(inner), parts: [] };
      (open.at(-1)?.entered ?? root).parts.push(entered);
      open.push({ call: calls[depth] ?? -1, entered });
    }
    const number = trail.length - shown.length + index + 1;
    const isPresent = !isOver && number === trail.length;
    (open.at(-1)?.entered ?? root).parts.push(narratedStep(running, view, step, number, isPresent));
  }
  return root;
}

function outermost(step: Step | undefined): number {
  return step?.callers.at(-1) ?? step?.site ?? -1;
}

function functionAt(site: number): string {
  return sites[site]?.function ?? '';
}

function narratedStep(
  running: Inspected,
  view: ValueView,
  step: Step,
  number: number,
  isPresent: boolean,
): NarratedStep {
  const site = sites[step.site];
  const text = (site?.text ?? []).flatMap((piece, index): NarratedStep['text'] => {
    const value = index === 0 ? [] : [narratedValue(view, site?.expressions[index - 1] ?? '', step.values[index - 1])];
    return piece === '' ? value : [...value, piece];
  });
  return { kind: 'step', number, text, source: vmmSource(running, site), isPresent };
}

function showComing(running: Inspected, coming: Coming): ComingStep {
  if (coming.kind === 'end') return { kind: 'end' };
  const source = vmmSource(running, coming.site);
  if (coming.kind === 'step') return { kind: 'step', text: coming.text, source };
  const { kind, site } = coming;
  return { kind, text: kind === 'call' ? (site.expressions[0] ?? '') : site.function, source };
}

function vmmSource({ sources }: Inspected, site: (typeof sites)[number] | undefined): SourceLine {
  return { path: site ? sources.vmmPath(site.file) : '', line: site?.line ?? 0 };
}
