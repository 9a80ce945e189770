/** What can be said of a host: its machine, and how its VMM shares it among virtual machines. */
import { Object as ObjectOf, Partial } from '@sinclair/typebox';
import { withDefault } from '../schema/defaults';
import { durationText, sizeText } from '../schema/quantity';
import { choice, mapOf, withRefused } from '../schema/schema';
import { machineOptions } from '../system/machine-options';
import { EXPECTED_NAME, NAME_PATTERN } from './names';
import { notBuilt, refusedAsNotBuilt } from './not-built';
import { vmSchema } from './vm-options';

/** Of names that are whoever's they are. */
export const names = {
  propertyNames: { pattern: NAME_PATTERN, patternErrorMessage: `It must be ${EXPECTED_NAME}.` },
  minProperties: 1,
};

export const schedulerOptions = {
  kind: withDefault(
    'credit',
    choice(
      {
        'round-robin': 'vCPUs take turns of one slice each.',
        credit: 'Virtual machines get shares by their weights, within their caps, as with Xen’s credit scheduler.',
      },
      { description: 'Which vCPU is next.' },
    ),
  ),
  slice: withDefault(
    '1ms',
    durationText({
      description: 'How long a vCPU runs while others wait, from `1us` to `1s`: a number and `ns`, `us`, `ms` or `s`.',
    }),
  ),
};

const { default: _, ...vmmTime } = machineOptions.vmmTime;

export const hostOptions = {
  harts: { ...machineOptions.harts, description: 'How many harts its machine has.' },
  memory: sizeText({
    description:
      'The memory of its machine, for virtual machines and the VMM’s tables. As much as its virtual machines need when absent.',
  }),
  vmmTime: {
    ...vmmTime,
    description: `${vmmTime.description} \`charged\` where there are several virtual machines, else \`free\`, when absent.`,
  },
  vmids: {
    ...machineOptions.vmids,
    description:
      'With engine `hardware`: whether guests’ translations carry a VMID. Without one each entry into a guest forgets them.',
  },
  model: withDefault(
    'native',
    choice(['native'], {
      description: 'Who has the devices. `native`: drivers in the VMM, as in ESX.',
      notYet: notBuilt.models,
    }),
  ),
  scheduler: Partial(ObjectOf(schedulerOptions), {
    additionalProperties: false,
    expected: 'an object with "kind" or "slice"',
    description: 'How harts are shared.',
  }),
  overcommit: withDefault(
    'refuse',
    choice(
      {
        refuse: 'There is none: the host has memory for all, or does not start.',
        wait: 'They get memory as they touch it. One that finds none waits until another has ended, or has given some back.',
        kill: 'They get memory as they touch it. One that finds none is killed.',
      },
      {
        description:
          'What becomes of virtual machines that together have more memory than the host. All but `refuse` need its `memory`.',
      },
    ),
  ),
  memoryPolicy: withDefault(
    'none',
    choice(
      {
        none: 'Nobody but you.',
        cooperative:
          'The host’s policy: by what guests tell of themselves, what they have asked for and not got, and their weights. Guests follow by a balloon, or do not.',
      },
      { description: 'Who says how much memory virtual machines are to have.' },
    ),
  ),
  machineOptions: machineOptions.machineOptions,
};

const refused = refusedAsNotBuilt(notBuilt.host);
const noOthers = { additionalProperties: false };

/** What holds for hosts that say nothing else. */
export const hostDefaultsSchema = withRefused(
  Partial(ObjectOf(hostOptions), { ...noOthers, description: 'What holds for hosts that do not say otherwise.' }),
  refused,
);

export const hostSchema = withRefused(
  ObjectOf(
    {
      ...Partial(ObjectOf(hostOptions)).properties,
      vms: mapOf(vmSchema, {
        ...names,
        expected: 'an object of names and virtual machines',
        description: `Its virtual machines, each by ${EXPECTED_NAME}. The first has the number 0.`,
      }),
    },
    { ...noOthers, description: 'A host.' },
  ),
  refused,
);
