import type { Hart } from '../core/index';
import type { Machine } from '../machine/machine';
import { type Component, componentOf, type StateHolder, type StateOf, stateSchema } from '../schema/state/component';
import { count, flag, instant, nullable } from '../schema/state/fields';
import { kick } from './exits/kick';
import { Grace } from './grace';
import type { HartContext } from './hart-context';
import { FreeHart } from './switch-worlds';
import { HartTimers, NEVER } from './timers';
import { TranslationTags } from './translation-tags';
import type { Vcpu } from './vcpu';

const pcpuSchema = stateSchema('pcpu', 1, {
  /** Somebody else may be to have the hart: the scheduler is asked at the next exit. */
  mustPick: flag,
  /** Translations may be of what is not there any more: they are forgotten before the next instruction of a guest's. */
  mustForget: flag,
  /** Up to when the vCPU that has the hart has been charged for it, on the machine's clock. */
  chargedTo: instant,
  /** When the slice of that one is over, in ticks; null: never. */
  sliceEnd: nullable(count),
});

type PcpuState = StateOf<typeof pcpuSchema>;

/** What the VMM keeps of a hart, a physical CPU as Xen and KVM say: who has it, for whom its timer is set, and whose translations its TLB has. */
export class Pcpu implements HartContext<Vcpu>, StateHolder<PcpuState> {
  /** Who runs on it; undefined while nobody wants it. */
  running: Vcpu | undefined;
  /** Of the exit that is being handled: what it had cost when the hart's next vCPU was chosen, in cycles. */
  costToPick = 0;
  readonly asids: TranslationTags;
  readonly vmids: TranslationTags;
  readonly timers: HartTimers<Vcpu>;
  readonly grace: Grace;
  /** In a handler's path: nobody has the hart. */
  readonly free: FreeHart;
  readonly component: Component;
  mustPick = false;
  mustForget = false;
  chargedTo = 0;

  /** @param program sets the timer of the hart, in ticks of mtime */
  constructor(
    machine: Machine,
    readonly hart: Hart,
    program: (deadline: number) => void,
  ) {
    const { options, tlb } = hart;
    this.free = new FreeHart(hart.id);
    this.asids = new TranslationTags(options.asidBits, () => tlb.flush(undefined, undefined));
    this.vmids = new TranslationTags(options.vmidBits, () => hart.fenceGuest());
    this.timers = new HartTimers(program);
    const over = (): void => {
      this.mustPick = true;
      kick(hart);
    };
    this.grace = new Grace(machine, hart, over);
    const parts = { asids: this.asids.component, vmids: this.vmids.component, grace: this.grace.component };
    this.component = componentOf(pcpuSchema, this, { parts });
  }

  state(): PcpuState {
    const { mustPick, mustForget, chargedTo } = this;
    const { sliceEnd } = this.timers;
    return { mustPick, mustForget, chargedTo, sliceEnd: sliceEnd === NEVER ? null : sliceEnd };
  }

  restore({ sliceEnd, ...kept }: PcpuState): void {
    Object.assign(this, kept);
    this.timers.sliceEnd = sliceEnd ?? NEVER;
  }
}
