import { type ByteSink, VmConsoles } from '../../../simulator/scenario/vm-consoles';
import { UsageError } from '../usage-error';

/** Where the consoles of virtual machines lead. */
export interface ConsoleChoice {
  /** Who gets what is typed. */
  readonly input: string;
  /** The console of each; undefined where what it writes is not shown. */
  readonly outputOf: (vm: string) => ((byte: number) => void) | undefined;
}

/**
 * @param vms in their order, one at least
 * @param only the one whose console is asked for (`--console`): as it is, and nothing of the others
 * @throws UsageError where there is none of that name
 */
export function chooseConsoles(vms: readonly string[], only: string | undefined, output: ByteSink): ConsoleChoice {
  if (only !== undefined && !vms.includes(only))
    throw new UsageError(`--console takes one of ${vms.join(', ')}, not '${only}'`);
  // A virtual machine that is alone needs no name.
  const raw = only ?? (vms.length === 1 ? vms[0] : undefined);
  if (raw !== undefined)
    return { input: raw, outputOf: (vm) => (vm === raw ? (byte) => output.write(byte) : undefined) };
  const consoles = new VmConsoles(output);
  return { input: vms[0] ?? '', outputOf: (vm) => consoles.of(vm) };
}
