import { type Controls, causeOf, ExceptionCode, type HartAnswer, hartAnswer, type Use } from '../../isa/index';
import { bareExecution } from './bare-execution';
import type { GuestExecution, GuestMode } from './description';
import { type EngineId, engineDescriptions } from './registry';

/** What becomes of an instruction, or of an access to a CSR, that a guest executes. */
export interface Disposition {
  /** Who does it, or gives it up: the hart itself, or the software below the guest to which it traps. */
  readonly by: 'hart' | 'vmm' | 'firmware';
  /** What the hart answers. */
  readonly answer: HartAnswer;
  /** The exception that the guest's kernel gets; undefined where it is done, or is a call to the firmware. */
  readonly exception: number | undefined;
  /** It asks the firmware for something, as the guest believes. */
  readonly isCall: boolean;
  /** What a kernel that was ported does in its place, in words; absent where there is nothing. */
  readonly instead?: string | undefined;
}

/** The ways to run a guest, `none` among them, as launch.json names them. */
export const executions: readonly { readonly id: EngineId | 'none'; readonly execution: GuestExecution }[] = [
  { id: 'none', execution: bareExecution },
  ...engineDescriptions,
];

/** @param options of the hart, where they are others than a plain launch's */
export function dispositionOf(
  { modes, controls, delegated, below: by, virtualHart, virtualModes, insteadOf }: GuestExecution,
  mode: GuestMode,
  use: Use,
  options: Partial<Controls> = {},
): Disposition {
  const answer = hartAnswer(use, modes[mode], { ...controls, ...options });
  const done = { by: 'hart', answer, exception: undefined, isCall: false } as const;
  if (answer.kind !== 'traps') return done;
  if (delegated.has(answer.cause)) return { ...done, exception: answer.cause };
  const virtual = hartAnswer(use, virtualModes[mode], virtualHart);
  if (virtual.kind !== 'traps') return { ...done, by };
  if (mode === 's' && isEcall(virtual.cause)) return { ...done, by, isCall: true };
  return { ...done, by, exception: virtual.cause, instead: mode === 's' ? insteadOf?.(use) : undefined };
}

/** The kernel's ecall is a call of the software below, whatever mode it believes in. */
const isEcall = (cause: number): boolean =>
  cause === ExceptionCode.supervisorEcall || cause === ExceptionCode.userEcall;

/** Whether a use leads into the VMM by what it is. @param use undefined of an access to a CSR that nobody knows: an illegal instruction */
export function leadsToVmm(
  execution: GuestExecution,
  mode: GuestMode,
  use: Use | undefined,
  options: Partial<Controls>,
): boolean {
  if (!use) return !execution.delegated.has(ExceptionCode.illegalInstruction);
  return dispositionOf(execution, mode, use, options).by === 'vmm';
}

const owners = { hart: 'the hart', vmm: 'the VMM', firmware: 'the firmware' } as const;

/** In words, with Markdown's marks: `traps to the VMM (U-mode), which does it on the virtual hart`. */
export function dispositionInWords({ by, answer, exception, isCall, instead }: Disposition): string {
  if (answer.kind === 'silent')
    return answer.effect === 'ignored'
      ? 'the hart ignores it, and nobody learns of it'
      : "the hart gives the machine's own value, and nobody learns of it";
  if (answer.kind === 'runs')
    return answer.csr ? `the hart does it, on \`${answer.csr.name}\` in its place` : 'the hart does it';
  const cause = (code: number): string => lowered(causeOf(code, false).name);
  if (by === 'hart') return `${cause(answer.cause)}, from the hart to the guest's kernel (${answer.by})`;
  const trap = `traps to ${owners[by]} (${answer.by})`;
  if (isCall) return `${trap}: an SBI call, which it answers`;
  if (exception === undefined) return `${trap}, which does it on the virtual hart`;
  const given = `${trap}, which gives the guest's kernel its own exception: ${cause(exception)}`;
  return instead === undefined ? given : `${given}; a ported kernel uses ${instead}`;
}

const lowered = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
