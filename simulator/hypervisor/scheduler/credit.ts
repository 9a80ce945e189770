import { Integer, Object as ObjectOf } from '@sinclair/typebox';
import type { Hart } from '../../core/index';
import { componentOf, type StateHolder, type StateOf, stateSchema } from '../../schema/state/component';
import { count, flag, instant, listOf } from '../../schema/state/fields';
import { isSameVcpu, vcpuName } from '../ledger/vcpu-name';
import type { Pcpu } from '../pcpu';
import type { WakeReason } from '../runnable';
import type { Vcpu } from '../vcpu';
import type { Vm } from '../vm';
import { type Claim, HART } from './entitlement';
import { RunQueue } from './run-queue';
import type { Choice, Scheduler } from './scheduler';
import { allows, EQUAL_SHARE } from './share';

/** What everybody gets when the one that is to run has none left; nobody keeps more. Of a vCPU of the greatest weight it is as many nanoseconds. */
const CREDIT = 10_000_000;
/** How often what a cap allows is given anew, in nanoseconds: a cap of 50 % is half of it, in one piece. */
const CAP_PERIOD = 10_000_000;
const PERCENT = 100;
/** Numbers of this size are exact. */
const MOST = Number.MAX_SAFE_INTEGER;
const signed = Integer({ minimum: -MOST, maximum: MOST });

const creditSchema = stateSchema('credit', 1, {
  vcpus: listOf(ObjectOf({ vcpu: vcpuName, credit: signed, boosted: flag })),
  vms: listOf(ObjectOf({ vm: count, budget: signed })),
  /** When caps are given anew. */
  nextPeriod: instant,
});
type CreditState = StateOf<typeof creditSchema>;

/** What the scheduler keeps of a vCPU. */
interface Standing {
  /** What it has left: nanoseconds of a vCPU of the greatest weight. Below zero it has had more than its share. */
  credit: number;
  /** It goes before all who are not: woken by I/O while it had credit, until it has had a hart. */
  boosted: boolean;
}

/**
 * Shares by weight, as Xen's credit schedulers have them. A vCPU pays for the time that it has a hart, the dearer the smaller its weight is, and who
 * has most left is next; when nobody has any, all get the same, and nobody can keep more than that, so that who sleeps saves nothing up. Who is woken
 * by I/O and has not used its share up has a hart at once (BOOST of credit1): it waited, and will not want it for long. A cap is a budget of
 * its VM for each period: without any left its vCPUs wait for the next, also while harts are idle.
 */
export class CreditScheduler implements Scheduler, StateHolder<CreditState> {
  readonly component;
  readonly sharesHarts = true;
  private readonly queue: RunQueue;
  private readonly standings = new Map<Vcpu, Standing>();
  /** Nanoseconds that a VM with a cap may still have in this period. */
  private readonly budgets = new Map<Vm, number>();
  private nextPeriod = CAP_PERIOD;

  /** @param slice nanoseconds */
  constructor(
    private readonly pcpus: () => readonly Pcpu[],
    private readonly slice: number,
  ) {
    this.queue = new RunQueue(pcpus);
    this.component = componentOf(creditSchema, this, { parts: { queue: this.queue.component } });
  }

  add(vcpus: readonly Vcpu[]): void {
    this.queue.add(vcpus);
    for (const vcpu of vcpus) {
      this.standings.set(vcpu, { credit: CREDIT, boosted: false });
      if (vcpu.vm.share.cap > 0) this.budgets.set(vcpu.vm, allowance(vcpu.vm));
    }
  }

  claimOf(vcpus: readonly Vcpu[]): Claim {
    const { weight, cap, pin } = vcpus[0]?.vm.share ?? EQUAL_SHARE;
    const most = HART * vcpus.length;
    return { weight, most: cap === 0 ? most : Math.min(cap, most), pin };
  }

  placeOf(vcpu: Vcpu): Hart {
    return this.queue.placeOf(vcpu);
  }

  pick({ hart }: Pcpu, now: number): Choice {
    this.queue.came(hart);
    this.beginPeriods(now);
    const candidates = this.queue.candidates(hart);
    const next = this.first(candidates.filter(({ vm }) => this.hasBudget(vm)));
    // Those who have used up what their caps allow are looked at again when they have something.
    if (!next) return { next, until: candidates.length > 0 ? this.nextPeriod : Number.POSITIVE_INFINITY, why: '' };
    this.queue.remove(next);
    const standing = this.standingOf(next);
    const why = standing.boosted
      ? 'I/O has woken it, and it has credit left'
      : `it has most credit left, ${standing.credit}`;
    while (standing.credit <= 0) this.giveCredit(standing);
    standing.boosted = false;
    return { next, until: now + Math.min(this.slice, Math.max(1, this.timeLeft(next.vm))), why };
  }

  wake(vcpu: Vcpu, why: WakeReason, now: number): Hart | undefined {
    this.beginPeriods(now);
    this.queue.push(vcpu);
    const standing = this.standingOf(vcpu);
    standing.boosted = why === 'io' && standing.credit > 0;
    // Also for one that has used up what its cap allows: the hart will look again when it may.
    const idle = this.queue.tellIdle(vcpu);
    if (idle || !standing.boosted) return idle;
    return this.leastDeserving(vcpu)?.hart;
  }

  requeue(vcpu: Vcpu): void {
    this.queue.push(vcpu);
  }

  remove(vcpu: Vcpu): void {
    this.queue.remove(vcpu);
  }

  charge(vcpu: Vcpu, nanoseconds: number): void {
    const { vm } = vcpu;
    const standing = this.standingOf(vcpu);
    standing.credit -= Math.round((nanoseconds * this.greatestWeight) / weightOf(vcpu));
    const budget = this.budgets.get(vm);
    if (budget !== undefined) this.budgets.set(vm, budget - nanoseconds);
  }

  state(): CreditState {
    return {
      vcpus: [...this.standings].map(([{ name }, { credit, boosted }]) => ({ vcpu: { ...name }, credit, boosted })),
      vms: [...this.budgets].map(([{ id }, budget]) => ({ vm: id, budget })),
      nextPeriod: this.nextPeriod,
    };
  }

  restore({ vcpus, vms, nextPeriod }: CreditState): void {
    for (const [{ name }, standing] of this.standings) {
      const saved = vcpus.find(({ vcpu }) => isSameVcpu(vcpu, name));
      if (saved) Object.assign(standing, { credit: saved.credit, boosted: saved.boosted });
    }
    for (const vm of this.budgets.keys()) this.budgets.set(vm, vms.find(({ vm: id }) => id === vm.id)?.budget ?? 0);
    this.nextPeriod = nextPeriod;
  }

  /** Who is next of those that want a hart, in their order. */
  private first(candidates: readonly Vcpu[]): Vcpu | undefined {
    let best: Vcpu | undefined;
    for (const vcpu of candidates) if (!best || this.isBefore(vcpu, best)) best = vcpu;
    return best;
  }

  private isBefore(one: Vcpu, other: Vcpu): boolean {
    const [a, b] = [this.standingOf(one), this.standingOf(other)];
    return a.boosted === b.boosted ? a.credit > b.credit : a.boosted;
  }

  /** Everybody gets the same, which nobody keeps more of, so that the one that is to run has some. */
  private giveCredit(least: Standing): void {
    const rounds = Math.max(1, Math.floor(-least.credit / CREDIT));
    for (const standing of this.standings.values())
      standing.credit = Math.min(CREDIT, standing.credit + rounds * CREDIT);
  }

  /** The hart that a boosted vCPU is to have: of those that it may use, whose vCPU has least left. */
  private leastDeserving(vcpu: Vcpu): Pcpu | undefined {
    let found: Pcpu | undefined;
    for (const pcpu of this.pcpus()) {
      const { running, mustPick, hart } = pcpu;
      if (!running || mustPick || !allows(vcpu.vm.share, hart)) continue;
      if (!found?.running || this.standingOf(running).credit < this.standingOf(found.running).credit) found = pcpu;
    }
    return found;
  }

  /** Caps are given anew in each period. What was had beyond the last budget is taken off the next. */
  private beginPeriods(now: number): void {
    if (now < this.nextPeriod) return;
    const periods = Math.floor((now - this.nextPeriod) / CAP_PERIOD) + 1;
    this.nextPeriod += periods * CAP_PERIOD;
    for (const [vm, budget] of this.budgets)
      this.budgets.set(vm, Math.min(allowance(vm), budget + periods * allowance(vm)));
  }

  private hasBudget(vm: Vm): boolean {
    return this.timeLeft(vm) > 0;
  }

  /** Nanoseconds that each of a VM's vCPUs may still have a hart in this period. */
  private timeLeft(vm: Vm): number {
    const budget = this.budgets.get(vm);
    if (budget === undefined) return Number.POSITIVE_INFINITY;
    const running = this.pcpus().filter((pcpu) => pcpu.running?.vm === vm).length;
    return Math.floor(budget / Math.max(1, running));
  }

  /** Of a VM: time of vCPUs of smaller ones is dearer in proportion. */
  private get greatestWeight(): number {
    return Math.max(...this.queue.all.map(({ vm }) => vm.share.weight));
  }

  private standingOf(vcpu: Vcpu): Standing {
    const standing = this.standings.get(vcpu);
    if (!standing) throw new RangeError(`vCPU ${vcpu.id} of ${vcpu.vm.name} is not this scheduler's`);
    return standing;
  }
}

/** What a VM's cap allows in a period, in nanoseconds. */
const allowance = ({ share: { cap } }: Vm): number => Math.round((CAP_PERIOD * cap) / PERCENT);

/** Its part of its VM's weight, which those share that want harts. */
function weightOf({ vm }: Vcpu): number {
  const wanting = vm.vcpus.filter(({ run }) => run === 'running' || run === 'runnable').length;
  return vm.share.weight / Math.max(1, wanting);
}
