import type { Controls, HartMode, Use } from '../../isa/index';
import type { ExitKind } from '../exits/exit-kind';

/** The modes that a guest believes to have. */
export type GuestMode = 's' | 'u';

/** How a guest's software is executed: what a hart does of it, and what the VMM does with what the hart refuses. */
export interface GuestExecution {
  /** In which mode of the hart each of the guest's modes runs. */
  readonly modes: Readonly<Record<GuestMode, HartMode>>;
  /** What the hart goes by while the guest runs. */
  readonly controls: Controls;
  /** Exceptions that the hart gives to the guest's kernel without the VMM (medeleg and hedeleg). */
  readonly delegated: ReadonlySet<number>;
  /** Whose traps the others are. */
  readonly below: 'firmware' | 'vmm';
  /** The hart that the guest believes to have: what traps to the software below, that does as it would. */
  readonly virtualHart: Controls;
  /** In which mode of that one each of the guest's modes is: of a guest that was ported, the kernel is a user as well. */
  readonly virtualModes: Readonly<Record<GuestMode, HartMode>>;
  /** What a kernel that was ported does in the place of what is illegal for it, in words; absent where kernels are not. */
  readonly insteadOf?: (use: Use) => string | undefined;
}

/** What is told of a way to virtualize where none runs: in editors, on the command line, in filters. */
export interface EngineDescription {
  readonly id: string;
  /** What a user reads of it where engines are chosen. */
  readonly description: string;
  /** Every kind of exit that its guests have. */
  readonly exits: readonly ExitKind[];
  readonly execution: GuestExecution;
  /** Whether it runs guests that know nothing of it, or such as were ported to it. */
  readonly guests: 'any' | 'ported';
}
