/** What has caused something: an exit, by its number in the ledger, or what happened outside of all exits, by its name. */
export type CauseId =
  | { readonly kind: 'exit'; readonly number: number }
  | { readonly kind: 'event'; readonly name: string };

/** What is done to a vCPU by others, or by devices, and takes effect later. */
export const EFFECTS = [
  /** It exits, to look at what is asked of it. */
  'kick',
  /** It was off and takes part. */
  'start',
  /** It waited and goes on. */
  'wake',
  /** It forgets translations. */
  'fence',
  'software interrupt',
  'timer interrupt',
  'external interrupt',
] as const;
export type Effect = (typeof EFFECTS)[number];

/** Of the interrupts that can be given to a vCPU. */
export type InterruptEffect = Extract<Effect, `${string} interrupt`>;

interface Caused {
  readonly vcpu: number;
  readonly effect: Effect;
  readonly cause: CauseId;
}

/** What last caused each thing that has been done to vCPUs. */
export class Causes {
  /** By vCPU and effect; what was noted last is last. */
  private noted: Caused[] = [];

  note(vcpu: number, effect: Effect, cause: CauseId): void {
    this.take(vcpu, effect);
    this.noted.push({ vcpu, effect, cause });
  }

  of(vcpu: number, effect: Effect): CauseId | undefined {
    return this.noted.find((each) => each.vcpu === vcpu && each.effect === effect)?.cause;
  }

  /** The same, of what is done with thereby. */
  take(vcpu: number, effect: Effect): CauseId | undefined {
    const index = this.noted.findIndex((each) => each.vcpu === vcpu && each.effect === effect);
    return index < 0 ? undefined : this.noted.splice(index, 1)[0]?.cause;
  }

  save(): Caused[] {
    return [...this.noted];
  }

  restore(noted: readonly Caused[]): void {
    this.noted = [...noted];
  }
}
