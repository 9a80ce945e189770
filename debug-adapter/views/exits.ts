import type { CpuState } from '../../simulator/hypervisor/cpu';
import { type ExitRecord, KEPT_EXITS } from '../../simulator/hypervisor/ledger/ledger';
import type { VcpuName } from '../../simulator/hypervisor/ledger/vcpu-name';
import type { DebuggedMachine } from '../debugged-machine';
import type { Debuggee } from '../debuggee';
import type { Running } from '../debugging';
import { hex, valueOfWords } from '../format';
import { countsOf } from '../inspect/exit-counts';
import { causesInWords, describeExit, exitInstruction } from '../inspect/exit-text';
import { describeChange } from '../inspect/values/change-text';
import type { Exit, Exits } from '../protocol';
import { exitSeries } from './exit-series';
import { guestExitList } from './guest-exits';

/** Of which exits a list is. */
export interface WantedExits {
  /** Of one CPU; absent: of all. */
  readonly cpu?: CpuState | undefined;
  /** Of one guest's VM, with the counts of that; absent: of all. */
  readonly guest?: Debuggee | undefined;
  /** Of one guest of the user's own hypervisor, by its id. */
  readonly own?: number | undefined;
  /** For these reasons; absent: for all. */
  readonly reasons?: readonly string[] | undefined;
}

/** How much of them is told. */
export interface ExitExtent {
  /** The last ones, at most so many. */
  readonly count: number;
  /** Over time, in so many columns; absent: not. */
  readonly columns?: number | undefined;
}

/** The last exits that are wanted, and how many there were of each kind. */
export function exitList(running: Running, wanted: WantedExits, { count, columns }: ExitExtent): Exits {
  const { machine } = running;
  const ledger = machine.system.hypervisor?.ledger;
  if (!ledger) {
    const own = { cpu: wanted.cpu?.id, guest: wanted.own, reasons: wanted.reasons };
    return guestExitList(running, own, { count, columns });
  }
  const kept = (most: number) => ledger.last(most, (record) => isWanted(machine, record, wanted));
  const now = machine.system.machine.clock.now();
  const series =
    columns === undefined
      ? undefined
      : exitSeries(
          kept(KEPT_EXITS).map(({ clock, kind }) => ({ clock, reason: kind.id })),
          now,
          columns,
        );
  const vm = machine.isShared ? wanted.guest?.vm : undefined;
  const counts = countsOf(ledger, vm?.id);
  return {
    ...(vm ? { vm: vm.name } : {}),
    total: vm ? counts.reduce((sum, { count: each }) => sum + each, 0) : ledger.count,
    counts: [...counts],
    exits: kept(count).map((record) => showExit(running, record)),
    ...(series ? { series } : {}),
  };
}

function isWanted(machine: DebuggedMachine, record: ExitRecord, { cpu, guest, reasons }: WantedExits): boolean {
  const whose = machine.cpuOfExit(record);
  if (cpu && whose !== cpu) return false;
  if (guest && (!whose || machine.guestOf(whose) !== guest)) return false;
  return reasons?.includes(record.kind.id) ?? true;
}

function showExit({ machine, sources, narrations }: Running, record: ExitRecord): Exit {
  const cpu = machine.cpuOfExit(record) ?? machine.firstCpu;
  const debuggee = machine.guestOf(cpu);
  const pc = valueOfWords({ low: record.pcLow, high: record.pcHigh });
  const instruction = exitInstruction(debuggee, record);
  const line = debuggee.lines.at(debuggee.loadMap.linked(pc));
  const causes = causesInWords(debuggee, record.because).map(({ text }) => text);
  return {
    number: record.number,
    threadId: machine.threadOf(cpu),
    ...(machine.isShared ? switchOf(machine, record) : {}),
    clock: record.clock,
    reason: record.kind.id,
    description: describeExit(record, instruction),
    pc: hex(pc),
    ...(instruction === undefined ? {} : { instruction }),
    ...(line ? { source: { path: sources.guestPath(line.file), line: line.line + 1 } } : {}),
    ...(causes.length > 0 ? { causes } : {}),
    narration: narrations.of(record),
    changes: record.changes.map((change) => describeChange(debuggee, change)),
    cycles: record.cycles,
  };
}

/** Whom the hart left and whom it then ran, which is not known while the exit is being handled. */
function switchOf(machine: DebuggedMachine, record: ExitRecord): Pick<Exit, 'left' | 'entered'> {
  const { left, entered } = record;
  const isOver = machine.system.hypervisor?.ledger.handling !== record;
  return { left: nameIn(machine, left), ...(isOver ? { entered: nameIn(machine, entered) } : {}) };
}

function nameIn(machine: DebuggedMachine, name: VcpuName | null): string | null {
  const cpu = name && machine.cpuNamed(name);
  return cpu ? machine.nameOf(cpu) : null;
}
