import type { Range } from '../assembler/source/diagnostic';
import type { MachineStop } from '../machine/stop';
import type { Bound, ExitExpectation, Expectations } from './guest-test';
import type { Failure } from './result';
import { times } from './words';

/** What a run came to. */
export type RunEnd =
  | Extract<MachineStop, { reason: 'power-off' | 'reset' | 'waiting-forever' | 'trap-loop' | 'killed' }>
  | { readonly reason: 'limit'; readonly instructions: number }
  /** More was printed than is kept, or places reached more often than is looked at. */
  | { readonly reason: 'too-much'; readonly what: string }
  /** A hart has come where none was to come. */
  | { readonly reason: 'forbidden-place' };

/** Whether a run ended as expected; how it did when not. @param where the guest stood */
export function judgeExit({ ending, range }: ExitExpectation, end: RunEnd, where: string): Failure | undefined {
  if (end.reason === 'forbidden-place' || isAsExpected(ending, end)) return undefined;
  return {
    range,
    message: `exit: expected that it ${expectedInWords(ending)}, but it ${endInWords(end, where)}`,
    details: [],
    place: undefined,
  };
}

function isAsExpected(ending: ExitExpectation['ending'], end: RunEnd): boolean {
  if (ending === 'any') return true;
  if (end.reason === 'too-much') return false;
  if (typeof ending === 'object') {
    if ('code' in ending) return end.reason === 'power-off' && end.code === ending.code;
    return end.reason === 'killed' && end.kind === ending.killed;
  }
  // A VMM kills a guest that traps for ever.
  if (ending === 'trap-loop') return end.reason === 'trap-loop' || (end.reason === 'killed' && end.kind === ending);
  return end.reason === ending;
}

function expectedInWords(ending: ExitExpectation['ending']): string {
  if (typeof ending === 'object')
    return 'code' in ending ? `powers off with code ${ending.code}` : `is killed (${ending.killed})`;
  switch (ending) {
    case 'killed':
      return 'is killed';
    case 'waiting-forever':
      return 'waits for ever';
    case 'trap-loop':
      return 'traps for ever';
    case 'reset':
      return 'asks for a reset';
    case 'limit':
      return 'runs to its limit of instructions';
    case 'any':
      return 'ends or goes on';
  }
}

function endInWords(end: RunEnd, where: string): string {
  switch (end.reason) {
    case 'power-off':
      return `powered off with code ${end.code}, at ${where}`;
    case 'reset':
      return `asked for a reset, at ${where}`;
    case 'waiting-forever':
      return `waits for ever, at ${where}`;
    case 'trap-loop':
      return `traps for ever at ${where}: its trap vector cannot be executed`;
    case 'killed':
      return `was killed at ${where}: ${end.why} (${end.kind})`;
    case 'limit':
      return `still runs after ${times(end.instructions, 'instruction')}, at ${where}`;
    case 'too-much':
      return `was ended at ${where}: ${end.what}`;
    case 'forbidden-place':
      return `was ended at ${where}`;
  }
}

/** Whether a number is as expected. */
export function judgeBound(bound: Bound, what: string, came: bigint, unit = ''): Failure | undefined {
  return holds(bound, came)
    ? undefined
    : failed(bound.range, `${what} ${bound.text} expected, but came ${came}${unit}`);
}

/** The exits by reason that are not as many as expected. @param counts of each reason */
export function judgeExits({ exits }: Pick<Expectations, 'exits'>, counts: ReadonlyMap<string, number>): Failure[] {
  const all = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  return exits.flatMap((bound) => {
    const { reason } = bound;
    const came = reason === 'total' ? total : (counts.get(reason) ?? 0);
    const failure = judgeBound(bound, reason === 'total' ? 'exits' : `exits ${reason}`, BigInt(came));
    const listed = all.map(([each, count]) => `${each} ${count}`).join(', ') || 'none';
    return failure ? [{ ...failure, details: [`all exits: ${listed}`] }] : [];
  });
}

function holds({ operator, value }: Bound, came: bigint): boolean {
  switch (operator) {
    case '<':
      return came < value;
    case '<=':
      return came <= value;
    case '==':
      return came === value;
    case '!=':
      return came !== value;
    case '>':
      return came > value;
    case '>=':
      return came >= value;
  }
}

function failed(range: Range, message: string): Failure {
  return { range, message, details: [], place: undefined };
}
