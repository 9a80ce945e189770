import { runInLockStep } from '../../simulator/system/lock-step';
import type { System, Virtualization } from '../../simulator/system/system';
import { buildOrReport, makeSystem, openFiles } from './guest';
import { engine, machineOptions, type ParsedCommand } from './options';
import { STATUS } from './outcome';
import { UsageError } from './usage-error';

const DIFFERENT = 1;

/** `hyperstep diff`. @returns the exit status */
export async function diff(command: ParsedCommand): Promise<number> {
  const options = machineOptions(command.values);
  const [a, b] = [engine(command.values, 'a', 'none'), engine(command.values, 'b', 'full')];
  if (options.disks.some(({ write }) => write === 'inPlace'))
    throw new UsageError('two runs cannot both write to a disk: leave out ,rw');
  const program = await buildOrReport(command, options);
  if (!program) return STATUS.usage;
  // Each run has its own copy of the disks.
  const side = async (virtualization: Virtualization): Promise<System> => {
    const system = makeSystem(program, options, await openFiles(options), () => undefined, {
      virtualization,
      commonProcessor: true,
    });
    system.closeInput();
    return system;
  };
  const [left, right] = [await side(a), await side(b)];
  const result = runInLockStep(left, right, { instructions: options.maxInstructions });
  if (!result.equal) {
    console.log(`${a} and ${b} differ after instruction ${result.instruction} at pc 0x${result.pc.toString(16)}:`);
    for (const { what, a: before, b: after } of result.differences)
      console.log(`  ${what}: ${a} ${before}, ${b} ${after}`);
    return DIFFERENT;
  }
  const { instructions, end } = result;
  console.log(
    `${a} and ${b} are equal for ${instructions} instructions${end ? `, up to the guest's end (${end.reason})` : ''}`,
  );
  return end ? STATUS.poweredOff : STATUS.limit;
}
