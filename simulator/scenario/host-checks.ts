import { hartOptionProblems } from '../core/index';
import { SUPERPAGE } from '../mmu/address';
import { briefly, type Problem } from '../schema/problems';
import { sizeInWords } from '../schema/quantity';
import type { ScenarioHost } from './scenario';
import type { StatedHost } from './stated';
import { vmProblems } from './vm-checks';

const SHORTEST_SLICE = 1e3;
const LONGEST_SLICE = 1e9;

/** A machine's memory is a WebAssembly memory, which has 32-bit addresses. */
const LARGEST_MEMORY = 2 ** 32;

/** What of a host and of its virtual machines does not go together, each part being right. */
export function* hostProblems(host: ScenarioHost, stated: StatedHost): Generator<Problem> {
  yield* memoryProblems(host, stated);
  const { slice } = host.scheduler;
  if (!(slice >= SHORTEST_SLICE && slice <= LONGEST_SLICE)) {
    const path = [...stated.pathOf('scheduler'), 'slice'];
    yield { path, about: path, text: `must be from 1us to 1s, not ${briefly(stated.values.scheduler?.slice)}` };
  }
  for (const { path, about, ...rest } of hartOptionProblems(host.hartOptions)) {
    const within = stated.pathOf('machineOptions');
    yield { path: [...within, ...path], about: [...within, ...about], ...rest };
  }
  for (const [index, vm] of host.vms.entries()) {
    const described = stated.vms[index];
    if (described) yield* vmProblems(vm, host, described);
  }
}

function* memoryProblems({ memory, overcommit, vms }: ScenarioHost, stated: StatedHost): Generator<Problem> {
  if (memory === undefined) {
    const path = stated.pathOf('overcommit');
    if (overcommit !== 'refuse')
      yield { path, about: path, text: `"${overcommit}" needs "memory" beside it: how much the host has` };
    return;
  }
  const path = stated.pathOf('memory');
  const needed = vms.reduce((sum, vm) => sum + vm.memory, 0);
  const isMachine = memory % SUPERPAGE === 0 && memory >= 2 * SUPERPAGE && memory <= LARGEST_MEMORY;
  if (!isMachine)
    yield { path, about: path, text: `must be a multiple of 2M from 4M to 4G, not ${briefly(stated.values.memory)}` };
  else if (needed > memory && overcommit === 'refuse')
    yield {
      path,
      about: path,
      text: `must be more than its virtual machines have, ${sizeInWords(needed)}`,
    };
}
