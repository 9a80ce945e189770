import { disassemble } from '../../simulator/explain/disassembler';
import { describeSbiCall, sbiCallOf } from '../../simulator/firmware/sbi/call';
import { HYPERCALL_EXTENSION, hypercalls } from '../../simulator/hypercalls/table';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { type CauseId, exitOf } from '../../simulator/hypervisor/ledger/causes';
import { type ExitRecord, INTERRUPT_BIT } from '../../simulator/hypervisor/ledger/ledger';
import { EnteredVcpu, FreeHart } from '../../simulator/hypervisor/switch-worlds';
import { accessOf, causeOf, decode, ExceptionCode, expand } from '../../simulator/isa/index';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { Crossing } from '../../simulator/machine/narration';
import type { Debuggee, MachineOfGuests } from '../debuggee';
import { hexOfWords, valueOfWords } from '../format';
import { isSynchronous } from '../run/traps';
import { machineTrap } from './trap-csrs';

/** Of a longer chain of causes the nearest are told. */
const MOST_CAUSES = 8;

/** What a VM exit is about, in few words: `csrw satp, t0`, `SBI TIME set_timer`, `store/AMO page fault`. */
function exitTitle({ cause, user, call }: ExitRecord, instruction: string | undefined): string {
  if (cause >= INTERRUPT_BIT) return lowered(causeOf(cause - INTERRUPT_BIT, true).name);
  if (call) return describeSbiCall(call);
  if (cause === ExceptionCode.userEcall && user) return 'system call';
  return (cause === ExceptionCode.illegalInstruction && instruction) || lowered(causeOf(cause, false).name);
}

/** What a VM exit is about, in words: `csrw satp, t0 - privileged, in U-mode of the machine`. */
export function describeExit(record: ExitRecord, instruction: string | undefined): string {
  const { cause, value, user, call } = record;
  const what = instruction === undefined ? '' : `${instruction} - `;
  if (cause >= INTERRUPT_BIT)
    return `${causeOf(cause - INTERRUPT_BIT, true).name}, in ${user ? 'virtual U-mode' : 'virtual S-mode'}`;
  const where = isVirtualMode(cause)
    ? `in ${user ? 'VU' : 'VS'}-mode`
    : `in U-mode of the machine${user ? ' and of the guest' : ''}`;
  switch (cause) {
    case ExceptionCode.illegalInstruction:
      return `${what}privileged, ${where}`;
    case ExceptionCode.virtualSupervisorEcall:
    case ExceptionCode.userEcall:
      return `${what}${call ? describeSbiCall(call) : 'system call'}, ${where}`;
    default: {
      const { name } = causeOf(cause, false);
      const at = isAddressFault(cause) ? ` at ${hexOfWords(value)}` : '';
      return `${what}${lowered(name)}${at}, ${where}`;
    }
  }
}

/**
 * The instruction that exited: that which the handler decoded, or else what is at its address now. Of a guest-page fault the handler
 * decoded htinst, where neither base register nor offset are (manual, volume II, "Transformed Instruction or Pseudoinstruction for mtinst
 * or htinst"): the memory has the whole instruction, as long as it is the same one.
 */
export function exitInstruction(debuggee: Debuggee, record: ExitRecord): string | undefined {
  const pc = valueOfWords({ low: record.pcLow, high: record.pcHigh });
  const cpu = debuggee.cpuOfExit(record);
  const { instruction: decoded } = record;
  const isTransformed = isVirtualMode(record.cause) && isAddressFault(record.cause);
  if (decoded !== 0 && !isTransformed) return assembly(debuggee, decoded, pc);
  const found = cpu && debuggee.instructionAt(cpu, pc);
  const isKept = decoded === 0 || (found !== undefined && isAlike(decoded, found));
  const shown = isKept ? found : decoded;
  return shown === undefined ? undefined : assembly(debuggee, shown, pc);
}

/** Whether two instructions do the same with the same register, whatever the address. */
function isAlike(one: number, other: number): boolean {
  const [a, b] = [one, other].map((word) => decode(word)).map((decoded) => decoded && expand(decoded));
  if (!a || a.instruction !== b?.instruction) return false;
  return a.fields.rd === b.fields.rd && a.fields.rs2 === b.fields.rs2;
}

/**
 * The label frame where a handler's path crosses into another world, but for the one into which its hart has trapped.
 * @param rest the crossings around it: what one of them tells of a world switch is not told again
 */
export function crossingLabel(machine: MachineOfGuests, { into }: Crossing, rest: readonly Crossing[]): string {
  const record = machine.system.hypervisor?.ledger.handling;
  const entered = into instanceof EnteredVcpu && machine.cpuNamed(into.vcpu);
  if (!record || !(entered || into instanceof FreeHart)) return raised(into.name);
  const left = record.left && machine.cpuNamed(record.left);
  const before = left ? `left ${machine.nameOf(left)}` : `hart ${record.hart} was idle`;
  if (!entered) return `world switch: ${before}${rest.some(isEntry) ? '' : `, ${into.name} is nobody’s`}`;
  const isTold = left !== null && rest.some(({ into: other }) => other instanceof FreeHart);
  return `world switch: ${isTold ? '' : `${before}, `}entered ${machine.nameOf(entered)}`;
}

const isEntry = ({ into }: Crossing): boolean => into instanceof EnteredVcpu;

/**
 * The label frame of the trap that a handler handles.
 * @param cpu whose it was
 * @param isOthers whether the handler works for somebody else by now, so that it has to be said whose
 */
export function trapLabel(
  debuggee: Debuggee,
  cpu: CpuState,
  handler: ActiveHandler,
  { into }: Crossing,
  isOthers: boolean,
): string {
  const record = debuggee.system.hypervisor?.ledger.handling;
  if (record) {
    const pc = valueOfWords({ low: record.pcLow, high: record.pcHigh });
    const instruction = record.left ? instructionText(debuggee, cpu, pc) : undefined;
    const whose = isOthers ? ` of ${debuggee.machine.nameOf(cpu)}` : '';
    return `VM exit #${record.number}${whose}: ${exitTitle(record, instruction)}`;
  }
  const cause = handler.hart.csrLow(machineTrap.cause);
  const isInterrupt = !isSynchronous(handler);
  const call = !isInterrupt && isEcall(cause);
  const what = call ? describeSbiCall(sbiCallOf(handler.hart)) : lowered(causeOf(cause, isInterrupt).name);
  return `${raised(into.name)}: ${what}`;
}

/** Something that has caused an exit. */
export interface ToldCause {
  /** `asked by vCPU 0 at sbi.S:120`, `notified by` it over an event channel, or `caused by` a device or timer. */
  readonly text: string;
  /** The exit that it was, where that is still known. */
  readonly exit?: ExitRecord;
}

/** A cause, what has caused that, and so on, as far as it is known. */
export function causesInWords(debuggee: Debuggee, because: CauseId | null): ToldCause[] {
  const told: ToldCause[] = [];
  for (let cause = because; cause && told.length < MOST_CAUSES; ) {
    if (cause.kind === 'event') told.push({ text: `caused by ${cause.name}` });
    const number = exitOf(cause);
    if (number === null) return told;
    const exit: ExitRecord | undefined = debuggee.system.hypervisor?.ledger.record(number);
    if (!exit) return [...told, { text: `asked in VM exit #${number}` }];
    const by = debuggee.machine.cpuOfExit(exit);
    const who = by ? debuggee.machine.nameOf(by) : 'vCPU ?';
    const place = placeOf(by ? debuggee.machine.guestOf(by) : debuggee, exit);
    told.push({ text: `${isOfEvents(exit) ? 'notified' : 'asked'} by ${who} at ${place}`, exit });
    cause = exit.because;
  }
  return told;
}

/** Whether an exit was a call about event channels: what comes of it later to others is that they are notified. */
const isOfEvents = ({ call }: ExitRecord): boolean =>
  call?.extension === HYPERCALL_EXTENSION.id && call.function === hypercalls.event.number;

/** Where the guest was at an exit, or is: its source line, where there is one. */
export function placeOf(
  { lines, loadMap }: Debuggee,
  { pcLow: low, pcHigh: high }: Pick<ExitRecord, 'pcLow' | 'pcHigh'>,
): string {
  const pc = valueOfWords({ low, high });
  const line = lines.at(loadMap.linked(pc));
  return line ? `${line.file.replace(/^.*[\\/]/, '')}:${line.line + 1}` : hexOfWords({ low, high });
}

/** Whether an exception is a call of a supervisor to its firmware. */
export function isEcall(cause: number): boolean {
  return cause === ExceptionCode.supervisorEcall || cause === ExceptionCode.virtualSupervisorEcall;
}

/** A name within a sentence. */
export function lowered(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

/** A name at the beginning of a sentence. */
function raised(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** The instruction at an address in assembly; undefined when it cannot be read. */
export function instructionText(debuggee: Debuggee, cpu: CpuState, address: bigint): string | undefined {
  const word = debuggee.instructionAt(cpu, address);
  return word === undefined ? undefined : assembly(debuggee, word, address);
}

/** Bits as people write them: pseudo-instructions where there are any, a space after each comma. */
export function assembly(debuggee: Debuggee, word: number, address: bigint): string {
  const symbolAt = (at: bigint): string | undefined => debuggee.symbols.describe(debuggee.loadMap.linked(at));
  return disassemble(word, address, { aliases: true, symbolAt }).text.replaceAll(',', ', ');
}

/** Exceptions that only a guest of the H extension brings to its VMM. */
const isVirtualMode = (cause: number): boolean => causeOf(cause, false).ofHypervisor === true;

/** Whether the trap value of an exception is the virtual address that faulted. */
export const isAddressFault = (cause: number): boolean => accessOf(cause) !== undefined;
