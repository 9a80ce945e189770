import assert from 'node:assert/strict';
import type { EngineId } from '../../simulator/hypervisor/engines';
import type { Overcommit } from '../../simulator/hypervisor/memory/host-memory';
import type { MemoryPolicyKind } from '../../simulator/hypervisor/memory/memory-policy';
import type { Program } from '../../simulator/object/program';
import type {
  NeighbourConfiguration,
  SchedulerConfiguration,
  SystemConfiguration,
} from '../../simulator/system/configuration';
import { System } from '../../simulator/system/system';
import { assembleGuest } from './guest';

/** A VM of a test's host, where it is not as all. */
export interface TestVm extends Partial<Omit<NeighbourConfiguration, 'share'>> {
  readonly name: string;
  readonly program: Program;
  readonly weight?: number;
  readonly cap?: number;
  readonly pin?: readonly number[];
}

export interface TestHostConfiguration
  extends Partial<Pick<SystemConfiguration, 'harts' | 'vmmTime' | 'vmids' | 'hartOptions' | 'translation'>> {
  readonly scheduler?: SchedulerConfiguration;
  readonly memory?: number;
  readonly overcommit?: Overcommit;
  readonly memoryPolicy?: MemoryPolicyKind;
  /** Console input may still come. */
  readonly inputOpen?: boolean;
}

export interface TestHost {
  readonly system: System;
  /** What a VM has printed. */
  output(vm: string): string;
}

export const MILLISECOND = 1_000_000;
const DEFAULT_SCHEDULER: SchedulerConfiguration = { kind: 'credit', slice: MILLISECOND };

/** Several VMs on one machine, unless told otherwise with console input closed. */
export function makeHost(vms: readonly TestVm[], configuration: TestHostConfiguration = {}): TestHost {
  const printed = new Map<string, number[]>(vms.map(({ name }) => [name, []]));
  const neighbours = vms.map(
    ({ program: _, weight = 256, cap = 0, pin = [], ...vm }): NeighbourConfiguration => ({
      engine: 'full',
      vcpus: 1,
      memory: 6 * 2 ** 20,
      disks: [],
      onIllegal: 'trap',
      onCrash: 'stop',
      share: { weight, cap, pin },
      console: (byte) => printed.get(vm.name)?.push(byte),
      ...vm,
    }),
  );
  const {
    scheduler = DEFAULT_SCHEDULER,
    memory,
    overcommit,
    memoryPolicy,
    harts = 1,
    inputOpen = false,
    ...host
  } = configuration;
  const system = new System(
    {
      virtualization: 'full',
      firmware: 'sbi',
      memory: 6 * 2 ** 20,
      harts,
      disks: [],
      onIllegal: 'trap',
      console: () => undefined,
      ...host,
      neighbours: { scheduler, memory, overcommit, memoryPolicy, vms: neighbours },
    },
    vms.map(({ program }) => program),
  );
  if (!inputOpen) system.closeInput();
  return { system, output: (vm) => String.fromCharCode(...(printed.get(vm) ?? [])) };
}

/** A VM of a guest's text. */
export async function assembleVm(
  name: string,
  engine: EngineId,
  text: string,
  more: Partial<TestVm> = {},
): Promise<TestVm> {
  return { name, engine, program: await assembleGuest(text), ...more };
}

/** Runs for so long, and looks on the way that nobody reaches what is not its own. */
export function pass(system: System, nanoseconds: number): void {
  const end = system.machine.clock.now() + nanoseconds;
  while (system.machine.clock.now() < end && !system.machine.finished) {
    system.machine.run({ instructions: 20_000, waitUntil: end });
    assert.deepEqual(system.isolationBreaches(), []);
  }
}
