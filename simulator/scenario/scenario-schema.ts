/** What a scenario says: the type of it, its check, and the schema in editors. */
import { Literal, Object as ObjectOf, Partial, String as Text } from '@sinclair/typebox';
import { withDefault } from '../schema/defaults';
import { type Described, mapOf, withRefused } from '../schema/schema';
import { machineOptions } from '../system/machine-options';
import { hostDefaultsSchema, hostSchema, names } from './host-options';
import { EXPECTED_NAME } from './names';
import { notBuilt, refusedAsNotBuilt } from './not-built';
import { vmSchema } from './vm-options';

const noOthers = { additionalProperties: false };

/** Hosts of a scenario: several are not built yet. */
export const MOST_HOSTS = 1;

const oneName = { ...names, maxProperties: MOST_HOSTS };

export const scenarioOptions = {
  $schema: Text({ description: 'The schema of this file, for other editors.' }),
  version: withDefault(1, Literal(1, { expected: '1', description: 'The version of this format.' })),
  seed: machineOptions.seed,
  defaults: Partial(
    ObjectOf({
      vm: { ...vmSchema, description: 'What holds for virtual machines that do not say otherwise.' },
      host: hostDefaultsSchema,
    }),
    {
      ...noOthers,
      expected: 'an object with "vm" or "host"',
      description: 'What holds where a host or a virtual machine does not say otherwise.',
    },
  ),
  hosts: mapOf(hostSchema, {
    ...oneName,
    expected: 'an object of names and hosts',
    description: `The hosts, each by ${EXPECTED_NAME}. Just one for now.`,
  }),
};

export const scenarioSchema = withRefused(
  ObjectOf(
    {
      ...Partial(ObjectOf(scenarioOptions)).properties,
      hosts: scenarioOptions.hosts,
    },
    {
      ...noOthers,
      description: 'A scenario of HyperStep: hosts, and the virtual machines on them.',
    },
  ),
  refusedAsNotBuilt(notBuilt.scenario),
);

/** What somebody says of a scenario, after it was checked. */
export type ScenarioDescription = Described<typeof scenarioSchema>;
export type HostDescription = Described<typeof hostSchema>;
export type VmDescription = Described<typeof vmSchema>;
