/** What can be said of a virtual machine: what a plain launch says of its guest, and how it lives beside others. */
import { Integer, Array as ListOf, Object as ObjectOf, Optional, Partial, Boolean as Switch } from '@sinclair/typebox';
import { type EngineId, engineDescriptions } from '../hypervisor/engines/registry';
import { programOptions } from '../project/program-options';
import { withDefault } from '../schema/defaults';
import { sizeText } from '../schema/quantity';
import { choice, withNote, withRefused } from '../schema/schema';
import { machineOptions } from '../system/machine-options';
import { MOST_HARTS, MOST_SEED } from '../system/system';
import { notBuilt, refusedAsNotBuilt } from './not-built';

const fromHere = 'Relative paths are seen from the folder of the scenario.';

const engines = Object.fromEntries(engineDescriptions.map(({ id, description }) => [id, description])) as Readonly<
  Record<EngineId, string>
>;

const { virtualization, harts, memory, disks, devices, initrd, append, loadAddress, onIllegal, time, paravirtual } =
  machineOptions;
const { program, includePaths, linkerScript, linkOptions, ...ofProgram } = programOptions;

const { file, write } = disks.items.properties;

const aDisk = '{"image": path, "write": "copy" or "inPlace"}';

const disk = ObjectOf(
  {
    image: Optional(file),
    file: Optional({ ...file, description: 'The image, as a plain launch calls it.' }),
    write: { ...write, notYet: notBuilt.writes },
    backend: Optional(
      withDefault(
        'emulated',
        choice(['emulated'], {
          description: 'Who is behind the disk. `emulated`: the VMM answers as the device itself.',
          notYet: notBuilt.backends,
        }),
      ),
    ),
  },
  { additionalProperties: false, expected: `a disk: ${aDisk}` },
);

export const vmOptions = {
  program: withNote(program, fromHere),
  engine: withDefault(
    virtualization.default as EngineId,
    choice(engines, { description: 'How the guest is virtualized.', notYet: notBuilt.engines }),
  ),
  vcpus: { ...harts, description: 'How many vCPUs it has; they may be more than the host has harts.' },
  weight: withDefault(
    256,
    Integer({
      minimum: 1,
      maximum: 65535,
      description:
        'How much of the host it gets beside others that want it too, in proportion to their weights, all of its vCPUs together. With the scheduler `credit`.',
    }),
  ),
  cap: withDefault(
    0,
    Integer({
      minimum: 0,
      maximum: 100 * MOST_HARTS,
      unit: 'percent of one hart',
      description:
        'The most that it gets, all of its vCPUs together, even of a host with nothing else to do: in percent of one hart, so that 150 is one and a half. 0: no limit. With the scheduler `credit`.',
    }),
  ),
  pin: ListOf(Integer({ minimum: 0, maximum: MOST_HARTS - 1 }), {
    minItems: 1,
    maxItems: MOST_HARTS,
    expected: 'a list of numbers of harts',
    description: 'The harts that its vCPUs may use, by their numbers from 0. All of the host’s when absent.',
  }),
  memory,
  memoryLimit: sizeText({
    description:
      'The most of the host’s memory that it takes, the VMM’s tables for it included; no limit when absent. At least `memory`, but where that comes as it is touched (the host’s `overcommit`): there one that wants more is killed.',
  }),
  time: {
    ...time,
    description: 'Which time its guest sees: `own` stands while it is not served, and goes with one vCPU.',
  },
  stealTime: withDefault(
    false,
    Switch({
      description:
        'Whether its guest can learn, by the SBI’s extension STA, how much of the time that it wants others have. With `time` `real`.',
    }),
  ),
  paravirtual: {
    ...paravirtual,
    description:
      'Whether its guest, which has to know of its hypervisor, shares a page with it for event channels; its device tree says where (`hyperstep,pv`).',
  },
  onCrash: withDefault(
    'stop',
    choice(
      {
        stop: 'It has ended; the others go on.',
        restart: 'It starts again, as after a reset: three times at most, then it stops.',
        restore: 'It goes back to the state that it had at its first instruction: three times at most, then it stops.',
      },
      { description: 'What becomes of it when its guest fails or it is killed.' },
    ),
  ),
  disks: withDefault(
    [],
    ListOf(disk, {
      expected: `a list of disks: ${aDisk}`,
      description: `${disks.description} ${fromHere}`,
    }),
  ),
  devices,
  initrd: withNote(initrd, fromHere),
  append,
  loadAddress,
  onIllegal,
  commonProcessor: withDefault(
    false,
    Switch({
      description:
        'Whether its device tree names only what harts have under every engine, so that guests of several can be compared.',
    }),
  ),
  seed: Integer({
    minimum: 0,
    maximum: MOST_SEED,
    description: 'Where its random numbers come from. The scenario’s `seed` when absent.',
  }),
  includePaths: withNote(includePaths, fromHere),
  linkerScript: withNote(linkerScript, fromHere),
  linkOptions: withNote(linkOptions, fromHere),
  ...ofProgram,
};

/** What a plain launch has and a virtual machine has not, or under another name. */
const notOfVm = {
  virtualization: 'is called "engine" in a virtual machine',
  harts: 'is called "vcpus" in a virtual machine',
  firmware: 'is no choice in a virtual machine: the VMM is its SBI firmware',
  bios: 'is no choice in a virtual machine: the VMM is its SBI firmware',
};

export const vmSchema = withRefused(
  Partial(ObjectOf(vmOptions), {
    additionalProperties: false,
    description: 'A virtual machine.',
  }),
  { ...notOfVm, ...refusedAsNotBuilt(notBuilt.vm) },
);
