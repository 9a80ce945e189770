import { highWord, lowWord } from '../core/index';
import { evaluateParsed, isFloat, isTrue, numberOf } from '../expression/evaluate';
import { ExpressionError } from '../expression/expression-error';
import type { Expression } from '../expression/syntax';
import type { CpuMode } from '../hypervisor/cpu';
import { causeOf, causeValue, INTERRUPT_CAUSE } from '../isa/index';
import { type Access, holds, Privilege, permissionsOf, virtualPage, type WalkStep } from '../mmu/index';
import type { AccessBy, Ask } from './lab';
import type { Standing } from './moment-run';

/** What is so, as an answer can be compared with it. */
export type Truth =
  | { readonly kind: 'number'; readonly value: bigint }
  /** Each of the words is right. */
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Of `rwxugad`. */
  | { readonly kind: 'bits'; readonly letters: string }
  | { readonly kind: 'cause'; readonly code: bigint; readonly names: readonly string[] }
  | { readonly kind: 'choice'; readonly right: readonly boolean[]; readonly texts: readonly string[] };

/** What is so at a moment, or why it cannot be said. */
export function truthOf(ask: Ask, standing: Standing): Truth | string {
  try {
    return found(ask, standing);
  } catch (error) {
    // An expression may ask for what is not there: no memory, no such name.
    if (!(error instanceof ExpressionError)) throw error;
    return error.message;
  }
}

function found(ask: Ask, standing: Standing): Truth | string {
  switch (ask.kind) {
    case 'expression': {
      const value = numberAt(ask.expression, standing);
      return isCauseRegister(ask.expression) ? causeTruth(value) : { kind: 'number', value };
    }
    case 'mode':
      return { kind: 'words', words: modeNames(ask.of === 'guest' ? standing.cpu : standing.hart) };
    case 'trap':
      return trapTruth(ask.of, standing);
    case 'translation':
      return translationTruth(ask, standing);
    case 'exits': {
      const counts = standing.guest.system.vm?.ledger.counts() ?? [];
      const wanted = counts.filter(({ reason }) => ask.reason === 'total' || reason === ask.reason);
      return { kind: 'number', value: BigInt(wanted.reduce((sum, { count }) => sum + count, 0)) };
    }
    case 'tlb': {
      const address = numberAt(ask.address, standing);
      const page = virtualPage(lowWord(address), highWord(address));
      return { kind: 'number', value: BigInt(standing.hart.tlb.entries.filter((entry) => holds(entry, page)).length) };
    }
    case 'choice': {
      const environment = standing.guest.environmentOf(standing.cpu);
      const right = ask.choices.map(({ right }) =>
        typeof right === 'boolean' ? right : isTrue(evaluateParsed(right, environment)),
      );
      return { kind: 'choice', right, texts: ask.choices.map(({ text }) => text) };
    }
  }
}

/** A register of causes has one, which may be answered by its name too. */
const isCauseRegister = (expression: Expression): boolean =>
  expression.kind === 'name' && /^(m|s|vs)cause$/.test(expression.name);

/** @throws ExpressionError */
function numberAt(expression: Expression, { guest, cpu }: Standing): bigint {
  const value = evaluateParsed(expression, guest.environmentOf(cpu));
  return BigInt.asUintN(64, isFloat(value.type) ? value.bits : numberOf(value));
}

/** What a mode is called: with the H extension S-mode is HS-mode too. */
function modeNames({ privilege, virtual }: CpuMode): readonly string[] {
  if (virtual) return [privilege === Privilege.user ? 'vu' : 'vs'];
  if (privilege === Privilege.machine) return ['m'];
  return privilege === Privilege.user ? ['u', 'hu'] : ['s', 'hs'];
}

function trapTruth(of: 'cause' | 'by', { trap }: Standing): Truth | string {
  if (!trap) return 'there was no trap';
  if (of === 'by') return { kind: 'words', words: [trap.by] };
  return causeTruth(causeValue(trap.cause, trap.interrupt));
}

/** A cause as xcause has it, by its number and its names. */
export function causeTruth(value: bigint): Truth {
  const { name, id } = causeOf(Number(value & ~INTERRUPT_CAUSE), (value & INTERRUPT_CAUSE) !== 0n);
  return { kind: 'cause', code: value, names: [name, id] };
}

function translationTruth(
  { address, access, of, by }: Extract<Ask, { kind: 'translation' }>,
  standing: Standing,
): Truth | string {
  const { cpu, hart, guest } = standing;
  const at = numberAt(address, standing);
  const mode = modeOf(by, cpu);
  const { system } = guest;
  // Two stages of a hypervisor that runs on the bare machine are the hart's; a VMM's guest has its own tables alone.
  const walked: Walked =
    mode.virtual && !system.vm
      ? hart.peekTranslation(lowWord(at), highWord(at), access, { ...mode, pastTlb: true })
      : cpu.peek(at, access, mode, true);
  const gpa = 'gpa' in walked ? walked.gpa : (walked.guestPhysical ?? walked.physical);
  switch (of) {
    case 'fault':
      return walked.fault === undefined ? { kind: 'words', words: ['none', 'no'] } : causeTruth(BigInt(walked.fault));
    case 'bits': {
      const leaf = walked.steps.filter(({ stage, outcome }) => stage !== 'g' && outcome === 'page').at(-1);
      return leaf
        ? { kind: 'bits', letters: permissionsOf(leaf.low) }
        : 'no leaf of the guest’s tables maps the address';
    }
    case 'shadow':
      return shadowTruth(at, access, standing);
    case 'gpa':
      return gpa === undefined ? 'the address leads nowhere' : { kind: 'number', value: BigInt(gpa) };
    case 'hpa': {
      const hpa = system.vm ? (gpa === undefined ? undefined : system.guest.toHost(gpa)) : (walked.physical ?? gpa);
      if (hpa === undefined || walked.fault !== undefined) return 'the address leads nowhere in the machine';
      return { kind: 'number', value: BigInt(hpa) };
    }
  }
}

/** What the hart walks in the place of the guest's tables. */
function shadowTruth(address: bigint, access: Access, { cpu, hart, guest }: Standing): Truth | string {
  if (guest.system.vm?.engine.translation !== 'shadow')
    return 'there are no shadow tables: the engine is another than full';
  if (guest.system.cpuOn(hart) !== cpu) return 'its hart walks no shadow table of this CPU';
  const asUser = { privilege: Privilege.user, virtual: false, pastTlb: true };
  const { steps } = hart.peekTranslation(lowWord(address), highWord(address), access, asUser);
  const leaf = steps.find(({ outcome }) => outcome === 'page' || outcome === 'not-allowed');
  return leaf ? { kind: 'bits', letters: permissionsOf(leaf.low) } : 'the shadow table has no leaf for the address';
}

/** A walk, of one stage or of two. */
interface Walked {
  readonly gpa?: number;
  readonly physical?: number;
  readonly guestPhysical?: number;
  readonly fault?: number;
  readonly steps: readonly WalkStep[];
}

function modeOf(by: AccessBy, { privilege, virtual }: CpuMode): CpuMode {
  switch (by) {
    case 'here':
      return { privilege, virtual };
    case 'u':
      return { privilege: Privilege.user, virtual };
    case 's':
      return { privilege: Privilege.supervisor, virtual: false };
    case 'vs':
      return { privilege: Privilege.supervisor, virtual: true };
    case 'vu':
      return { privilege: Privilege.user, virtual: true };
  }
}
