import type { MachineStop } from '../../simulator/machine/stop';
import type { System } from '../../simulator/system/system';
import { type Interrupt, statusOfSignal } from './interrupts';

/** What a run stopped for. */
export type RunStop =
  | MachineStop
  | { readonly reason: 'timeout'; readonly seconds: number }
  | { readonly reason: 'interrupted'; readonly signal: Interrupt };

export const STATUS = { poweredOff: 0, failed: 1, usage: 2, limit: 3 } as const;

/** How a run ended. */
export interface Outcome {
  readonly system: System;
  readonly reason: RunStop['reason'];
  readonly status: number;
  /** What standard error says. */
  readonly message: string | undefined;
  readonly instructions: number;
  /** What a guest that ended by itself says of that. */
  readonly code: number | undefined;
}

export function outcomeOf(system: System, stop: RunStop, instructions: number, limit: number): Outcome {
  const code = stop.reason === 'power-off' ? stop.code : undefined;
  return { system, instructions, code, reason: stop.reason, ...judge(stop, limit) };
}

function judge(stop: RunStop, limit: number): { status: number; message: string | undefined } {
  switch (stop.reason) {
    case 'power-off':
      return stop.code === 0
        ? { status: STATUS.poweredOff, message: undefined }
        : { status: STATUS.failed, message: `the guest reported failure ${stop.code}` };
    case 'limit':
      return { status: STATUS.limit, message: `the limit of ${limit} instructions is reached` };
    case 'killed':
      return { status: STATUS.failed, message: `the VM was killed: ${stop.why}` };
    case 'trap-loop':
      return {
        status: STATUS.failed,
        message: `the guest traps for ever at 0x${stop.hart.pc.toString(16)}: its trap vector cannot be executed`,
      };
    case 'waiting-forever':
      return { status: STATUS.failed, message: 'the guest waits for ever: no interrupt can come' };
    case 'timeout':
      return { status: STATUS.limit, message: `the time limit of ${stop.seconds} seconds is reached` };
    case 'interrupted':
      return { status: statusOfSignal(stop.signal), message: `ended by ${stop.signal}` };
    default:
      return { status: STATUS.failed, message: `the machine stopped: ${stop.reason}` };
  }
}

/** The status of a run that was ended from outside, or by its machine. */
export const statusOfStop = (stop: RunStop): number => judge(stop, 0).status;

/** The status of a guest that ended by itself as it says it: finisher, HTIF or SBI reset reason, as far as a status goes. */
export function guestStatusOf({ code, status }: Outcome): number {
  return code === undefined ? status : code & 0xff;
}

/** What `--report` writes. */
export function reportOf(
  { system, reason, instructions }: Pick<Outcome, 'system' | 'reason' | 'instructions'>,
  wallSeconds: number,
) {
  const ledger = system.vm?.ledger;
  return {
    instructions,
    /** One for each instruction, and what the VMM cost by its cost model. */
    cycles: instructions + (ledger?.cycles ?? 0),
    wallSeconds,
    mips: instructions / wallSeconds / 1e6,
    exits: Object.fromEntries((ledger?.counts() ?? []).map(({ reason: kind, count }) => [kind, count])),
    stopReason: reason,
    stateHash: system.stateHash(),
  };
}
