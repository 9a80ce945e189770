import { architectureOf } from '../assembler/encode/architecture';
import { engineNamed } from '../hypervisor/engines/index';
import { parseLinkWords } from '../linker/options';
import { FRAME } from '../mmu/address';
import { briefly, type Path, type Problem } from '../schema/problems';
import { sizeInWords } from '../schema/quantity';
import { memoryProblem } from '../system/memory-rules';
import { VIRTIO_SLOTS } from '../system/virtio-slots';
import type { ScenarioHost, ScenarioVm } from './scenario';
import type { VmDescription } from './scenario-schema';
import type { Stated } from './stated';

type StatedVm = Stated<VmDescription>;

/** What of a virtual machine does not go together, each part being right. */
export function* vmProblems(vm: ScenarioVm, host: ScenarioHost, stated: StatedVm): Generator<Problem> {
  yield* programProblems(vm, stated);
  yield* memoryProblems(vm, host, stated);
  yield* sharingProblems(vm, host, stated);
  yield* deviceProblems(vm, stated);
  const [missing] = engineNamed(vm.engine)?.missing(host.hartOptions) ?? [];
  if (missing !== undefined) yield at(stated.pathOf('engine'), `"${vm.engine}" needs ${missing}`);
}

function* programProblems({ program, linkOptions, march }: ScenarioVm, stated: StatedVm): Generator<Problem> {
  if (stated.values.program === undefined) yield at(stated.path, 'must have a "program": the files of its guest');
  else if (program.length === 0 || program.includes(''))
    yield at(stated.pathOf('program'), 'must be the path of a file, or a list of them that is not empty');
  const [inProgram] = parseLinkWords(program).problems;
  if (inProgram !== undefined) yield at(stated.pathOf('program'), `is no program: ${inProgram}`);
  const [inOptions] = parseLinkWords(linkOptions).problems;
  if (inOptions !== undefined) yield at(stated.pathOf('linkOptions'), `cannot be followed: ${inOptions}`);
  const { problem: inMarch } = architectureOf(march);
  if (inMarch !== undefined) yield at(stated.pathOf('march'), `names no architecture: ${inMarch}`);
}

function* memoryProblems(vm: ScenarioVm, { overcommit }: ScenarioHost, stated: StatedVm): Generator<Problem> {
  const { memory, memoryLimit, memoryMinimum } = vm;
  const wrong = memoryProblem(memory);
  if (wrong !== undefined) yield at(stated.pathOf('memory'), `${wrong}, not ${briefly(stated.values.memory)}`);
  else yield* minimumProblems(memoryMinimum, Math.min(memory, memoryLimit ?? memory), stated);
  if (wrong !== undefined || memoryLimit === undefined) return;
  if (memoryLimit < memory && overcommit === 'refuse')
    yield at(
      stated.pathOf('memoryLimit'),
      `must be at least the memory of the virtual machine, ${sizeInWords(memory)}, not ${briefly(stated.values.memoryLimit)}`,
    );
  else if (memoryLimit % FRAME !== 0)
    yield at(stated.pathOf('memoryLimit'), `must be a multiple of 4K, not ${briefly(stated.values.memoryLimit)}`);
}

function* minimumProblems(minimum: number | undefined, most: number, stated: StatedVm): Generator<Problem> {
  const path = stated.pathOf('memoryMinimum');
  const said = briefly(stated.values.memoryMinimum);
  if (minimum === undefined) return;
  if (minimum % FRAME !== 0) yield at(path, `must be a multiple of 4K, not ${said}`);
  else if (minimum > most)
    yield at(path, `must be at most what the virtual machine may have, ${sizeInWords(most)}, not ${said}`);
}

function* sharingProblems(vm: ScenarioVm, { harts, scheduler }: ScenarioHost, stated: StatedVm): Generator<Problem> {
  const { vcpus, cap, pin, time, stealTime } = vm;
  for (const key of ['weight', 'cap'] as const)
    if (scheduler.kind !== 'credit' && stated.values[key] !== undefined)
      yield at(stated.pathOf(key), `goes with the scheduler "credit": under "${scheduler.kind}" all take equal turns`);
  if (cap > 100 * harts)
    yield at(stated.pathOf('cap'), `must be at most ${100 * harts}, all of the host’s harts (${harts}), not ${cap}`);
  if (time === 'own' && vcpus > 1)
    yield at(stated.pathOf('time'), `"own" stands while one vCPU is not served: it goes with 1 vCPU, not ${vcpus}`);
  if (time === 'own' && stealTime)
    yield at(
      stated.pathOf('stealTime'),
      'goes with "time": "real": of the time that a virtual machine with "own" sees nothing is stolen',
    );
  // Harts that nobody named are the host's.
  for (const [index, hart] of (stated.values.pin ?? []).entries()) {
    const path = [...stated.pathOf('pin'), index];
    if (hart >= harts) yield at(path, `must be a hart of the host, 0 to ${harts - 1}, not ${hart}`);
    else if (pin.indexOf(hart) < index) yield at(path, `must be another hart: ${hart} is in the list already`);
  }
}

function* deviceProblems({ disks, devices }: ScenarioVm, stated: StatedVm): Generator<Problem> {
  for (const [index, { image, file }] of (stated.values.disks ?? []).entries()) {
    if ((image === undefined) === (file === undefined))
      yield at([...stated.pathOf('disks'), index], 'must have either "image" or "file", the path of its image');
  }
  const slots = disks.length + devices.length;
  if (slots <= VIRTIO_SLOTS) return;
  const where = disks.length > VIRTIO_SLOTS ? 'disks' : 'devices';
  yield at(
    stated.pathOf(where),
    `must fit into ${VIRTIO_SLOTS} virtio slots, disks and devices together: these are ${slots}`,
  );
}

function at(path: Path, text: string): Problem {
  return { path, about: path, text };
}
