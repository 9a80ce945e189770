import { sharedWordList, wordsOffset } from '../../../simulator/hypercalls/shared-page';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import type { SharedPage } from '../../../simulator/hypervisor/events/shared-page';
import type { Debuggee } from '../../debuggee';
import { hex } from '../../format';
import { hasRegisteredTables } from '../worlds';
import { ValueView } from './values';
import { type Child, type Container, containerOf } from './variables';

/** What a VM shares with the VMM: the words of a CPU, and ports by what they are bound to. Undefined of one that shares nothing. */
export function sharedPageScope(debuggee: Debuggee, cpu: CpuState): Container | undefined {
  const { vm } = debuggee;
  const page = vm?.events.page;
  if (!vm || !page) return undefined;
  const view = new ValueView(debuggee, cpu);
  return containerOf(() => [
    // Elsewhere hardware, or what stands for it, has such registers.
    ...sharedWordList
      .filter(({ isPara }) => !isPara || hasRegisteredTables(debuggee))
      .map((word): Child => {
        const value = word.size === 1 ? BigInt(page.byte(cpu.id, word)) : page.doubleword(cpu.id, word);
        return {
          name: word.name,
          value: word.size === 1 ? `${value}` : view.word(value),
          type: word.text,
          ...referenceTo(page, wordsOffset(cpu.id) + word.offset, vm.toGuest.bind(vm)),
        };
      }),
    { name: 'ports', value: `${vm.events.state().length}`, parts: portsOf(debuggee) },
  ]);
}

function portsOf({ vm }: Debuggee): Container {
  return containerOf(
    () =>
      vm?.events.state().map(({ number, is }) => ({
        name: `${number}`,
        value: vm.events.describe(number),
        type: `upcalls come to vCPU ${is.vcpu}`,
      })) ?? [],
  );
}

/** Where it is in the guest's memory. */
function referenceTo(
  page: SharedPage,
  offset: number,
  toGuest: (hpa: number) => number | undefined,
): Pick<Child, 'memoryReference'> {
  const gpa = page.address === undefined ? undefined : toGuest(page.address + offset);
  return gpa === undefined ? {} : { memoryReference: hex(gpa) };
}
