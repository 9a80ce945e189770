import { type Environment, evaluateParsed, isTrue } from '../expression/evaluate';
import { ExpressionError } from '../expression/expression-error';
import type { Expression } from '../expression/syntax';
import type { CpuState } from '../hypervisor/cpu';
import { namesIn } from './expression-names';
import type { MemoryExpectation, StateExpectation } from './guest-test';
import type { Failure } from './result';
import { UNITS } from './test-options';
import type { TestedGuest } from './tested-guest';
import { quoted, valueInWords } from './words';

/** A CPU of the guest where something is expected of it. */
export interface Standing {
  readonly guest: TestedGuest;
  readonly cpu: CpuState;
  /** As messages have it: `at done (guest.s:12)`, `at the end`. */
  readonly where: string;
}

/** What does not hold of registers and the like. */
export function judgeState({ text, expression, range }: StateExpectation, standing: Standing): Failure | undefined {
  const { guest, cpu, where } = standing;
  const environment = guest.environmentOf(cpu);
  const failure = (why: string): Failure => ({
    range,
    message: `${text} does not hold ${where}: ${why}`,
    details: [],
    place: guest.lineOf(cpu.pc),
  });
  return attempted(failure, () =>
    isTrue(evaluateParsed(expression, environment)) ? undefined : failure(explained(expression, environment)),
  );
}

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** Why an expression does not hold: what the sides of a comparison are, else what its names are. */
function explained(expression: Expression, environment: Environment): string {
  if (expression.kind === 'binary' && expression.operator === '&&') {
    const { left, right } = expression;
    return explained(isTrue(evaluateParsed(left, environment)) ? right : left, environment);
  }
  if (expression.kind === 'binary' && comparisons.has(expression.operator)) {
    const { left, right } = expression;
    const sides = [sideOf(left, 'the left side', environment), sideOf(right, 'the right side', environment)];
    return sides.filter((side) => side !== undefined).join(', ') || 'it is never so';
  }
  const named = namesIn(expression).flatMap((name) => sideOf(name, name.name, environment) ?? []);
  return named.join(', ') || 'it is 0';
}

function sideOf(expression: Expression, name: string, environment: Environment): string | undefined {
  if (expression.kind === 'number' || expression.kind === 'real') return undefined;
  const shown = expression.kind === 'name' ? expression.name : name;
  return `${shown} is ${valueInWords(evaluateParsed(expression, environment))}`;
}

/** What memory does not hold. */
export function judgeMemory(
  { text, address, space, unit, bytes, range }: MemoryExpectation,
  standing: Standing,
): Failure | undefined {
  const { guest, cpu, where } = standing;
  const failure = (why: string, details: readonly string[] = []): Failure => ({
    range,
    message: `memory at ${text} is not as expected ${where}: ${why}`,
    details,
    place: guest.lineOf(cpu.pc),
  });
  return attempted(failure, () => {
    const { bits } = evaluateParsed(address, guest.environmentOf(cpu));
    const found = guest.read(cpu, space, bits, bytes.length);
    if (found.length < bytes.length)
      return failure(`there is no memory at ${space} 0x${(bits + BigInt(found.length)).toString(16)}`);
    const at = bytes.findIndex((byte, index) => byte !== found[index]);
    if (at < 0) return undefined;
    const size = unit === 'text' ? 1 : UNITS[unit];
    const number = Math.floor(at / size);
    const what = unit === 'text' ? 'character' : unit.replace(/s$/, '');
    return failure(`${what} ${number} differs, at ${space} 0x${(bits + BigInt(number * size)).toString(16)}`, [
      `expected: ${contentsInWords(bytes, unit)}`,
      `came:     ${contentsInWords(found, unit)}`,
    ]);
  });
}

/** Numbers of memory that a message shows. */
const SHOWN = 16;

function contentsInWords(bytes: Uint8Array, unit: MemoryExpectation['unit']): string {
  if (unit === 'text') return quoted(new TextDecoder().decode(bytes));
  const size = UNITS[unit];
  const digits = Array.from({ length: bytes.length / size }, (_, index) =>
    [...bytes.subarray(index * size, (index + 1) * size)]
      .reverse()
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(''),
  );
  const shown = digits.slice(0, SHOWN).map((each) => (unit === 'bytes' ? each : `0x${each}`));
  return digits.length > SHOWN ? `${shown.join(' ')} ...` : shown.join(' ');
}

/** What an expression asks for may not be there: no memory, no integer. */
function attempted(failure: (why: string) => Failure, judge: () => Failure | undefined): Failure | undefined {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return failure(error.message);
  }
}
