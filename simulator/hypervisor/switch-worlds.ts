import type { World } from '../machine/narration';
import type { VcpuName } from './ledger/vcpu-name';

/*
 * Who a hart is for, as a handler's path tells it: before a world switch a handler works for the vCPU that has left its guest; where the
 * path crosses into one of these, that is over.
 */

/** The switch has come to the vCPU that the hart is to run: from its `load` on, what the handler does is for this one. */
export class EnteredVcpu implements World {
  /** @param name as sentences have it: `vCPU 0 of web` */
  constructor(
    readonly vcpu: VcpuName,
    readonly name: string,
  ) {}
}

/** The hart is nobody's: whoever had it is put away, and nobody is loaded yet. */
export class FreeHart implements World {
  readonly name: string;

  constructor(readonly hart: number) {
    this.name = `hart ${hart}`;
  }
}
