import { Integer, Literal, Object as ObjectOf, Union } from '@sinclair/typebox';
import type { EntryPoint } from '../firmware/port';
import { choice } from '../schema/schema';
import { type Component, component, type SavedComponent, type StateOf, stateSchema } from '../schema/state/component';
import { count, flag, nullable } from '../schema/state/fields';
import { KILL_REASONS, type KillReason, type VmEnd } from './vm-end';
import type { VmOperation } from './vm-operation';

/** What becomes of a VM whose guest has failed, or that the VMM had to give up. */
export const ON_CRASH = ['stop', 'restart', 'restore'] as const;
export type OnCrash = (typeof ON_CRASH)[number];

/** Then it stops after all: what fails again and again would do so for ever. */
const MOST_RESTARTS = 3;

// Every reason is a key of them.
const killReasons = Object.keys(KILL_REASONS) as KillReason[];

const lifeSchema = stateSchema('vm-life', 1, {
  /** How it ended; null while it lives. */
  end: nullable(
    Union(
      [
        ObjectOf({ reason: Literal('power-off'), code: Integer() }),
        ObjectOf({ reason: Literal('reset') }),
        ObjectOf({ reason: Literal('killed'), kind: choice(killReasons), vcpu: count }),
      ],
      { expected: 'the end of a VM' },
    ),
  ),
  /** How often it has been started again after a crash. */
  restarts: count,
  /** Instructions that it had retired in earlier lives. */
  retired: count,
  /** Somebody has paused it. */
  paused: flag,
});

/** Whether a VM lives, and what happens when it does not any more. */
export class VmLife {
  readonly component: Component;
  private readonly kept: StateOf<typeof lifeSchema> = { end: null, restarts: 0, retired: 0, paused: false };
  private load: (() => EntryPoint | undefined) | undefined;
  private atPowerOn: SavedComponent | undefined;

  /**
   * @param onCrash what becomes of it when its guest fails
   * @param reboots whether a guest that asks for a reset is started again; else that is its end
   */
  constructor(
    private readonly onCrash: OnCrash,
    readonly reboots: boolean,
  ) {
    this.component = component(lifeSchema, this.kept);
  }

  get end(): VmEnd | undefined {
    return this.kept.end ?? undefined;
  }

  get isPaused(): boolean {
    return this.kept.paused;
  }

  set isPaused(paused: boolean) {
    this.kept.paused = paused;
  }

  /** Why something that can be done to a VM means nothing to it now, after its name; undefined where it means something. */
  refusalOf(operation: VmOperation): string | undefined {
    if (operation === 'reboot')
      return this.reboots ? undefined : 'is the only one, and the machine ends with it: restart the run instead';
    if (this.end) return operation === 'destroy' ? 'has ended already' : 'has ended';
    if (operation === 'pause') return this.isPaused ? 'is paused already' : undefined;
    return operation === 'unpause' && !this.isPaused ? 'is not paused' : undefined;
  }

  /** Instructions of earlier lives. */
  get retiredBefore(): number {
    return this.kept.retired;
  }

  get restarts(): number {
    return this.kept.restarts;
  }

  /** It is switched on. @param load puts its images into its memory @param state of its parts, as it is now */
  begin(load: () => EntryPoint | undefined, state: () => SavedComponent): EntryPoint | undefined {
    this.load = load;
    if (this.reboots || this.onCrash !== 'stop') this.atPowerOn = state();
    return load();
  }

  /** The first word counts. @returns whether it is the end of this life */
  finish(end: VmEnd): boolean {
    if (this.kept.end) return false;
    this.kept.end = end;
    return true;
  }

  /** Somebody starts it again, whatever it does, or has ended with. */
  endForReboot(): void {
    this.kept.end = { reason: 'reset' };
  }

  /** Whether it is to be started again, now that it has ended. */
  get goesOn(): boolean {
    const { end, restarts } = this.kept;
    if (!end || !this.atPowerOn) return false;
    if (end.reason === 'reset') return this.reboots;
    const isCrash = end.reason === 'killed' ? end.kind !== 'destroyed' : end.code !== 0;
    return isCrash && this.onCrash !== 'stop' && restarts < MOST_RESTARTS;
  }

  /**
   * A new life begins.
   * @param retired instructions in the one that is over
   * @returns the state that its parts had when it was switched on, what loads it, and whether its disks keep what was written
   */
  beginAgain(retired: number): {
    readonly state: SavedComponent;
    readonly load: () => EntryPoint | undefined;
    readonly keepsDisks: boolean;
  } {
    const { atPowerOn, load } = this;
    if (!atPowerOn || !load) throw new RangeError('a VM that was never switched on cannot be started again');
    const isReset = this.kept.end?.reason === 'reset';
    if (!isReset) this.kept.restarts += 1;
    this.kept.end = null;
    this.kept.retired += retired;
    return { state: atPowerOn, load, keepsDisks: isReset || this.onCrash === 'restart' };
  }
}

/** A saved state in which disks are as in another one. */
export function withDisksOf(state: SavedComponent, disks: SavedComponent): SavedComponent {
  const parts = Object.entries(state.parts).map(([name, part]) => {
    const other = disks.parts[name];
    if (!other) return [name, part] as const;
    return [name, name === 'disk' ? other : withDisksOf(part, other)] as const;
  });
  return { ...state, parts: Object.fromEntries(parts) };
}
