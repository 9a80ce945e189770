import type { ExitRecord } from '../../simulator/hypervisor/ledger/ledger';
import type { Running } from '../debugging';
import { hex, valueOfWords } from '../format';
import { causesInWords, describeExit, exitInstruction } from '../inspect/exit-text';
import { describeChange } from '../inspect/values/change-text';
import type { Exit, Exits } from '../protocol';
import { guestExitList } from './guest-exits';
import { countsOf } from './run-summary';

/** The last exits of one vCPU (of all when undefined) for these reasons (all when undefined), and how many there were of each kind. */
export function exitList(
  running: Running,
  cpu: number | undefined,
  count: number,
  reasons: readonly string[] | undefined,
): Exits {
  const ledger = running.debuggee.system.vm?.ledger;
  if (!ledger) return guestExitList(running, cpu, count, reasons);
  return {
    total: ledger.count,
    counts: countsOf(ledger),
    exits: ledger
      .last(count, (record) => isWanted(running, record, cpu, reasons))
      .map((record) => showExit(running, record)),
  };
}

function isWanted(
  { debuggee }: Running,
  record: ExitRecord,
  cpu: number | undefined,
  reasons: readonly string[] | undefined,
): boolean {
  return (cpu === undefined || debuggee.cpuOfExit(record)?.id === cpu) && (reasons?.includes(record.kind.id) ?? true);
}

function showExit({ debuggee, sources, narrations }: Running, record: ExitRecord): Exit {
  const pc = valueOfWords({ low: record.pcLow, high: record.pcHigh });
  const instruction = exitInstruction(debuggee, record);
  const line = debuggee.lines.at(debuggee.loadMap.linked(pc));
  const causes = causesInWords(debuggee, record.because).map(({ text }) => text);
  return {
    number: record.number,
    threadId: (debuggee.cpuOfExit(record)?.id ?? 0) + 1,
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
