import { writeFileSync } from 'node:fs';
import { fileOf } from '../../simulator/devices/file-log';
import { Replay, readRecord } from '../../simulator/hypervisor/record';
import { openDisk } from '../../simulator/hypervisor/system';
import { ConsoleOutput } from './console-io';
import { buildOrReport, makeSystem, openFiles, readGiven } from './guest';
import { type MachineOptions, one, type ParsedCommand } from './options';
import { outcomeOf, reportOf, STATUS } from './outcome';
import { UsageError } from './usage';

const SLICE = 2_000_000;

/** `hyperstep run --replay FILE`: the machine is as the record says, its disks hold what the record has of them. */
export async function replay(command: ParsedCommand, options: MachineOptions): Promise<number> {
  if (options.disks.length > 0) throw new UsageError('a record has in it what was read of the disks: leave out --disk');
  const record = readRecord(await readGiven('record', one(command.values['replay']) ?? ''));
  const { diskSectors: _, ...machine } = record.description;
  const program = await buildOrReport(command, { ...options, firmware: machine.firmware });
  if (!program) return STATUS.usage;
  const disks = record.disks.map((contents) => openDisk(fileOf(contents), 'copy'));
  const output = new ConsoleOutput();
  const files = await openFiles({ ...options, disks: [] });
  const system = makeSystem(program, options, { ...files, disks }, (byte) => output.write(byte), machine);
  const started = process.hrtime.bigint();
  const run = new Replay(system, record);
  let stop = run.run(SLICE);
  while (stop !== 'end' && stop.reason === 'limit') {
    output.flush();
    stop = run.run(SLICE);
  }
  output.flush();
  const same = run.isSame;
  const reason = stop === 'end' ? (system.machine.finished ?? ({ reason: 'limit' } as const)) : stop;
  const outcome = outcomeOf(system, reason, system.machine.clock.retired, system.machine.clock.retired);
  const report = one(command.values['report']);
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (report !== undefined) writeFileSync(report, `${JSON.stringify(reportOf(outcome, wallSeconds), null, 2)}\n`);
  if (!same) {
    console.error('hyperstep: the replay is not the recorded run: its state at the end differs');
    return STATUS.failed;
  }
  console.error('hyperstep: the replay ends in the state in which the recorded run ended');
  return STATUS.poweredOff;
}
