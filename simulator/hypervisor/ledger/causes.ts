import { Literal, Object as ObjectOf, Union } from '@sinclair/typebox';
import { choice, type Described } from '../../schema/schema';
import { count, nullable, text } from '../../schema/state/fields';
import { type VcpuName, vcpuName } from './vcpu-name';

/** The name of an event or a device. */
export const eventName = text(64);

/**
 * What has caused something: an exit, by its number in the ledger, or what happened outside of all exits, by its name; with the exit that has
 * asked for it, such as that of a driver's notification, where one has.
 */
export const causeId = Union(
  [
    ObjectOf({ kind: Literal('exit'), number: count }),
    ObjectOf({ kind: Literal('event'), name: eventName, exit: nullable(count) }),
  ],
  { expected: 'an exit or an event' },
);
export type CauseId = Described<typeof causeId>;

/** The exit by which something was asked for; null where none did. */
export const exitOf = (cause: CauseId): number | null => (cause.kind === 'exit' ? cause.number : cause.exit);

/** What is done to a vCPU by others, or by devices, and takes effect later. */
const EFFECTS = [
  /** It exits, to look at what is asked of it, or its hart comes for it. */
  'kick',
  'software interrupt',
  'timer interrupt',
  'external interrupt',
] as const;
export type Effect = (typeof EFFECTS)[number];

/** Of the interrupts that can be given to a vCPU. */
export type InterruptEffect = Exclude<Effect, 'kick'>;

/** What has caused an effect on a vCPU. */
export const caused = ObjectOf({ vcpu: vcpuName, effect: choice(EFFECTS), cause: causeId });
export type Caused = Described<typeof caused>;

/** What last caused each thing that has been done to vCPUs. */
export class Causes {
  private readonly noted = new Map<string, Caused>();

  note(vcpu: VcpuName, effect: Effect, cause: CauseId): void {
    this.noted.set(keyOf(vcpu, effect), { vcpu, effect, cause });
  }

  of(vcpu: VcpuName, effect: Effect): CauseId | undefined {
    return this.noted.get(keyOf(vcpu, effect))?.cause;
  }

  /** The same, of what is done with thereby. */
  take(vcpu: VcpuName, effect: Effect): CauseId | undefined {
    const cause = this.of(vcpu, effect);
    this.noted.delete(keyOf(vcpu, effect));
    return cause;
  }

  /** What an exit has caused, and is not done with. */
  by(exit: number): readonly Caused[] {
    return this.save().filter(({ cause }) => exitOf(cause) === exit);
  }

  save(): Caused[] {
    return [...this.noted.values()];
  }

  restore(noted: readonly Caused[]): void {
    this.noted.clear();
    for (const { vcpu, effect, cause } of noted) this.note(vcpu, effect, cause);
  }
}

const keyOf = ({ vm, vcpu }: VcpuName, effect: Effect): string => `${vm} ${vcpu} ${effect}`;
