import { type Charges, costKinds, noCharges } from '../hypervisor/ledger/cost-model';
import type { MachineStop } from '../machine/stop';
import type { System } from '../system/system';
import type { MeasuredPart } from './measured-part';
import type { Measurement } from './measurement';

/** Instructions between two looks at what goes on. */
const SLICE = 1_000_000;

/** What came of a run: what was measured, or why nothing was. */
export type MeasuredEnd =
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  /** The guest did not end well, or did not come to where it is measured. */
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'limit' };

/** What a run has come to at a moment. */
interface Reading {
  readonly instructions: number;
  readonly exits: ReadonlyMap<string, number>;
  readonly charges: Charges;
  readonly milliseconds: number;
}

/** A guest that is run to its end and measured, slice by slice, so that who runs it can look at other things in between. */
export class MeasuredRun {
  private readonly began: number;
  private passBreakpoint = false;
  private first: Reading | undefined;
  private last: Reading | undefined;

  /**
   * @param limit in instructions
   * @param now milliseconds of the computer's clock
   */
  constructor(
    private readonly system: System,
    private readonly part: MeasuredPart,
    private readonly limit: number,
    private readonly now: () => number,
  ) {
    system.closeInput();
    this.began = now();
    if (!part.between) this.first = this.reading();
    else this.watch(part.between.begin);
  }

  /** Runs on for a while. @returns what came of it, once that is known */
  step(): MeasuredEnd | undefined {
    const { machine } = this.system;
    const left = this.limit - machine.clock.retired;
    if (left <= 0) return { kind: 'limit' };
    const stop = machine.run({ instructions: Math.min(SLICE, left), passBreakpoint: this.passBreakpoint });
    this.passBreakpoint = stop.reason === 'breakpoint';
    switch (stop.reason) {
      case 'limit':
      case 'waiting-for-input':
        return undefined;
      case 'breakpoint':
        this.arrived();
        return undefined;
      case 'power-off':
        return stop.code === 0 ? this.measured() : failed(`the guest reported failure ${stop.code}`);
      default:
        return failed(reasonOf(stop));
    }
  }

  private arrived(): void {
    const { between } = this.part;
    if (!between) return;
    if (this.first) {
      this.last = this.reading();
      this.system.machine.core.setBreakpoints(new Set(), new Set());
      return;
    }
    this.first = this.reading();
    this.watch(between.end);
  }

  /** By where it lies in machine memory, and as an address of the guest's. */
  private watch(address: bigint): void {
    const { core } = this.system.machine;
    const host = this.system.guest.toHost(Number(address));
    core.setBreakpoints(new Set(host === undefined ? [] : [host]), new Set());
  }

  private measured(): MeasuredEnd {
    const { first, part } = this;
    if (!first) return failed('it never came to where it is to be measured');
    const last = part.between ? this.last : this.reading();
    if (!last) return failed('it ended within what is to be measured');
    const exits = [...last.exits].map(([reason, count]) => [reason, count - (first.exits.get(reason) ?? 0)] as const);
    const charges = Object.fromEntries(costKinds.map((kind) => [kind, last.charges[kind] - first.charges[kind]]));
    return {
      kind: 'measured',
      measurement: {
        engine: this.system.configuration.virtualization,
        instructions: last.instructions - first.instructions,
        exits: new Map(exits.filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a)),
        charges: { ...noCharges(), ...charges },
        wallSeconds: (last.milliseconds - first.milliseconds) / 1000,
      },
    };
  }

  private reading(): Reading {
    const { system } = this;
    const ledger = system.vm?.ledger;
    return {
      instructions: system.machine.clock.retired,
      exits: new Map((ledger?.counts() ?? []).map(({ reason, count }) => [reason, count])),
      charges: ledger?.charges ?? noCharges(),
      milliseconds: this.now() - this.began,
    };
  }
}

const failed = (why: string): MeasuredEnd => ({ kind: 'failed', why });

function reasonOf(stop: MachineStop): string {
  switch (stop.reason) {
    case 'killed':
      return `the VM was killed: ${stop.why}`;
    case 'trap-loop':
      return 'the guest traps for ever';
    case 'waiting-forever':
      return 'the guest waits for ever: no interrupt can come';
    case 'reset':
      return 'the guest asks for a reset: it is measured to its end';
    default:
      return `the machine stopped: ${stop.reason}`;
  }
}
