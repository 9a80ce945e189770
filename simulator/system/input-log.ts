import type { Machine } from '../machine/machine';
import type { TimePosition } from '../machine/scheduler';
import type { MachineStop } from '../machine/stop';

/** Something that came into the machine from outside: replaying a run needs all of them, and nothing else. */
export type Input =
  /** Bytes typed at the console. */
  | { readonly kind: 'console'; readonly bytes: Uint8Array }
  | { readonly kind: 'console-closed' }
  /** The size of the console's terminal. */
  | { readonly kind: 'console-size'; readonly columns: number; readonly rows: number }
  /** An Ethernet frame for the network device in a virtio slot. */
  | { readonly kind: 'network'; readonly slot: number; readonly frame: Uint8Array }
  /** A client of the debugger wrote guest memory (GPA), a general register, the pc or a guest CSR. */
  | { readonly kind: 'memory'; readonly gpa: number; readonly bytes: Uint8Array }
  | { readonly kind: 'register'; readonly cpu: number; readonly register: number; readonly value: bigint }
  | { readonly kind: 'pc'; readonly cpu: number; readonly value: bigint }
  | { readonly kind: 'csr'; readonly cpu: number; readonly csr: number; readonly value: bigint };

/** Where a machine stands, and how it came to stand there: a run that goes the same way stands there too. */
export interface Position extends TimePosition {
  /** Instructions that all harts have retired. */
  readonly retired: number;
  /** How many steps of the handler at work are done; 0 where none is. */
  readonly step: number;
  /** What the run stopped for that led there; 'here' where the machine has not run since the last input, or at all. */
  readonly after: MachineStop['reason'] | 'here';
}

export interface LoggedInput extends Position {
  /** The number of the guest that it was for. */
  readonly guest: number;
  readonly input: Input;
}

/** Every input of a run with its position, in order. A pause, a step and a breakpoint are no inputs. */
export class InputLog {
  private readonly logged: LoggedInput[] = [];
  /** How often the machine had been run when the last input came. */
  private runsAtLast = 0;

  constructor(private readonly machine: () => Machine) {}

  /** @param guest its number */
  add(input: Input, guest: number): void {
    this.logged.push({ ...this.position(), guest, input });
    this.runsAtLast = this.machine().runs.runs;
  }

  /** Where the machine is now. */
  position(): Position {
    const { clock, scheduler, activeHandler, runs } = this.machine();
    return {
      ...scheduler.position(),
      retired: clock.retired,
      step: activeHandler?.trail.length ?? 0,
      after: runs.runs === this.runsAtLast || runs.stop === undefined ? 'here' : runs.stop,
    };
  }

  get inputs(): readonly LoggedInput[] {
    return this.logged;
  }
}
