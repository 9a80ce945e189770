/** Something that came into the machine from outside: replaying a run needs all of them, and nothing else. */
export type Input =
  /** Bytes typed at the console. */
  | { readonly kind: 'console'; readonly bytes: Uint8Array }
  | { readonly kind: 'console-closed' }
  /** An Ethernet frame for the network device in a virtio slot. */
  | { readonly kind: 'network'; readonly slot: number; readonly frame: Uint8Array }
  /** A client of the debugger wrote guest memory (GPA), a general register, the pc or a guest CSR. */
  | { readonly kind: 'memory'; readonly gpa: number; readonly bytes: Uint8Array }
  | { readonly kind: 'register'; readonly cpu: number; readonly register: number; readonly value: bigint }
  | { readonly kind: 'pc'; readonly cpu: number; readonly value: bigint }
  | { readonly kind: 'csr'; readonly cpu: number; readonly csr: number; readonly value: bigint };

export interface LoggedInput {
  /** Instructions retired and machine clock when it came, and how many steps of the VMM's current handler were done then. */
  readonly retired: number;
  readonly clock: number;
  readonly step: number;
  readonly input: Input;
}

/** Every input of a run with its position, in order. A pause, a step and a breakpoint are no inputs. */
export class InputLog {
  private readonly logged: LoggedInput[] = [];

  /** @param position where the machine is now */
  constructor(private readonly position: () => Omit<LoggedInput, 'input'>) {}

  add(input: Input): void {
    this.logged.push({ ...this.position(), input });
  }

  get inputs(): readonly LoggedInput[] {
    return this.logged;
  }
}
