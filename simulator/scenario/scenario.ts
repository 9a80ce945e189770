/** A scenario of which everything is said: what `read-scenario.ts` makes of a description. */
import type { HartOptions } from '../core/index';
import type { Settled } from '../schema/defaults';
import type { Described } from '../schema/schema';
import type { hostOptions, schedulerOptions } from './host-options';
import type { vmOptions } from './vm-options';

export interface Scenario {
  readonly seed: number;
  readonly hosts: readonly ScenarioHost[];
}

type HostValues = Settled<typeof hostOptions>;

export interface ScenarioHost extends Omit<HostValues, 'memory' | 'vmmTime' | 'scheduler' | 'machineOptions'> {
  readonly name: string;
  /** Bytes; as much as its VMs need when undefined. */
  readonly memory: number | undefined;
  readonly vmmTime: NonNullable<HostValues['vmmTime']>;
  readonly scheduler: ScenarioScheduler;
  readonly hartOptions: Partial<HartOptions>;
  /** In the order in which they are described. */
  readonly vms: readonly ScenarioVm[];
}

export interface ScenarioScheduler {
  readonly kind: Described<typeof schedulerOptions.kind>;
  /** Nanoseconds. */
  readonly slice: number;
}

type VmValues = Settled<typeof vmOptions>;

export interface ScenarioVm
  extends Omit<
    VmValues,
    'memory' | 'memoryLimit' | 'memoryMinimum' | 'pin' | 'seed' | 'program' | 'defines' | 'loadAddress' | 'disks'
  > {
  readonly name: string;
  /** Bytes. */
  readonly memory: number;
  /** Bytes; no limit when undefined. */
  readonly memoryLimit: number | undefined;
  /** Bytes; a quarter of its memory when undefined. */
  readonly memoryMinimum: number | undefined;
  /** Numbers of harts. */
  readonly pin: readonly number[];
  readonly seed: number;
  /** One at least. */
  readonly program: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly loadAddress: bigint | undefined;
  readonly disks: readonly ScenarioDisk[];
}

export interface ScenarioDisk {
  readonly file: string;
  readonly write: 'copy' | 'inPlace';
}
