import type { VirtioTransport } from '../../simulator/devices/virtio/transport';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { EFFECTS_BY_CODE } from '../../simulator/hypervisor/exits/inject';
import type { InterruptEffect } from '../../simulator/hypervisor/ledger/causes';
import type { Debuggee } from '../debuggee';

/** What an instruction, or the exit in which a handler stands, does to a CPU that is to be followed there. */
export type Effect = {
  /** Of which guest it is. */
  readonly debuggee: Debuggee;
  /** To whom it may come. */
  readonly on: readonly CpuState[];
  /** As sentences name it: `the software interrupt`. */
  readonly name: string;
  /** As it is offered: `follow the software interrupt to vCPU 1`. */
  readonly label: string;
} & (
  | { readonly kind: 'interrupt'; readonly effect: InterruptEffect; readonly device?: NotifiedDevice }
  /** The CPU begins at an address. */
  | { readonly kind: 'start'; readonly entry: bigint }
  /** The CPU exits, to look at what is asked of it. */
  | { readonly kind: 'exit' }
);

/** A virtio device that answers later. */
export interface NotifiedDevice {
  readonly transport: VirtioTransport;
  /** Its interrupt, as the PLIC counts. */
  readonly source: number;
}

/** What tells an instruction's effects from others. */
export interface Origin {
  /** Who asked: `web vCPU 0`. */
  readonly who: string;
  /** Where: `smp.S:16`. */
  readonly place: string;
}

/** The codes of interrupts by what the ledger calls them. */
export function codeOf(effect: InterruptEffect): number {
  const found = Object.entries(EFFECTS_BY_CODE).find(([, each]) => each === effect);
  if (!found) throw new RangeError(`no interrupt is called ${effect}`);
  return Number(found[0]);
}

/** `the software interrupt that web vCPU 0 asked for at smp.S:16` */
export const describeEffect = ({ name }: Effect, { who, place }: Origin): string =>
  `${name} that ${who} asked for at ${place}`;
