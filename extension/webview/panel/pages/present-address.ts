import type { LastTrap, World, WorldName } from '../../../../debug-adapter/protocol';
import type { Ask, Asked } from '../page';

/** An address, and as whom it is meant. */
export interface ChosenAddress extends Pick<Asked, 'address' | 'access'> {
  readonly world?: WorldName | undefined;
  /** What it is, where the user has not asked for it. */
  readonly because?: string;
}

/** The address that the machine stands at: that of the fault that is being handled, else the pc. */
export async function presentAddress(
  ask: Ask,
  threadId: number,
  worlds: readonly World[],
  trap: LastTrap | undefined,
): Promise<ChosenAddress> {
  if (trap) {
    const { address, access, world } = trap;
    return { address, access, world, because: 'the address of the last fault' };
  }
  const { handled } = await ask('hyperstep/narration', { threadId });
  const fault = handled && !handled.isOver ? handled.value : undefined;
  if (handled && fault?.space === 'gva') {
    const access = /^Instruction/.test(handled.cause) ? 'execute' : /^Store/.test(handled.cause) ? 'write' : 'read';
    return { address: fault.value, access, because: 'the address of the exit that is being handled' };
  }
  // The pc is one of the mode in which the CPU stands, which need not be the first that is offered.
  const { cpus } = worlds.length > 1 ? await ask('hyperstep/rings', { threadId }) : { cpus: [] };
  const world = cpus.find((cpu) => cpu.threadId === threadId)?.real;
  return { address: 'pc', access: 'execute', world, because: 'the next instruction' };
}
