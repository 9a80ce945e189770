/** What came into the machine from outside, and when: a run repeats when its inputs are repeated at the same positions. */
export interface LoggedInput {
  /** Machine clock, in instructions. */
  readonly clock: number;
  /** Steps of the VMM's handler that had been made there. */
  readonly step: number;
  readonly input:
    | { readonly kind: 'console'; readonly text: string }
    | { readonly kind: 'register'; readonly cpu: number; readonly name: string; readonly value: bigint }
    | { readonly kind: 'csr'; readonly cpu: number; readonly number: number; readonly value: bigint }
    | { readonly kind: 'memory'; readonly hpa: number; readonly bytes: Uint8Array };
}

/** The inputs of one run, in order. */
export class InputLog {
  private readonly log: LoggedInput[] = [];

  add(entry: LoggedInput): void {
    this.log.push(entry);
  }

  get entries(): readonly LoggedInput[] {
    return this.log;
  }
}
