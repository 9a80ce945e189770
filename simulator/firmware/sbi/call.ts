import { numberOf, type Registers } from '../../core/index';
import { HYPERCALL_EXTENSION, hypercallList } from '../../hypercalls/table';
import { RegisterNumber } from '../../isa/index';
import { type Narration, step } from '../../machine/narration';
import { base } from './base';
import { dbcn } from './dbcn';
import { fwft } from './fwft';
import { hsm } from './hsm';
import { failure, type SbiCall, type SbiEffect, SbiError, type SbiExtension, type SbiResult } from './interface';
import { ipi } from './ipi';
import { legacy } from './legacy';
import { rfence } from './rfence';
import type { Sbi } from './sbi';
import { srst } from './srst';
import { sta } from './sta';
import { susp } from './susp';
import { time } from './time';

export const sbiExtensions: readonly SbiExtension[] = [
  base,
  time,
  ipi,
  rfence,
  hsm,
  srst,
  susp,
  dbcn,
  sta,
  fwft,
  ...legacy,
];

const LAST_LEGACY_ID = 0xf;

/** Extensions by their ids. */
export type CallTable<Extension extends NamedExtension = SbiExtension> = ReadonlyMap<number, Extension>;

export function callTable<Extension extends NamedExtension>(extensions: readonly Extension[]): CallTable<Extension> {
  return new Map(extensions.map((extension) => [extension.id, extension]));
}

/** What the firmware answers. */
const firmwareCalls = callTable(sbiExtensions);

/** What is told of an extension: its functions by their ids. */
export interface NamedExtension {
  readonly id: number;
  readonly name: string;
  readonly functions: { readonly [id: number]: { readonly name: string } | undefined };
}

/** The hypervisor's own among them, which it answers where there is one. */
const namedCalls = callTable<NamedExtension>([
  ...sbiExtensions,
  { ...HYPERCALL_EXTENSION, functions: Object.fromEntries(hypercallList.map((call) => [call.number, call])) },
]);

/** What an ecall asks the firmware for: a7 and a6, as numbers. */
export interface SbiCallId {
  readonly extension: number;
  readonly function: number;
}

/** The general registers of whoever calls. */
type CallRegisters = Pick<Registers, 'x' | 'xLow' | 'xHigh' | 'setXWords'>;

/** The call that is made by an ecall with these registers. */
export function sbiCallOf(registers: CallRegisters): SbiCallId {
  return { extension: asNumber(registers, RegisterNumber.a7), function: asNumber(registers, RegisterNumber.a6) };
}

/** A call in words: `SBI TIME set_timer`. @param found what it is, where that is known */
export function describeSbiCall(id: SbiCallId, found = lookUp(id, namedCalls)): string {
  const { extension, function: called } = found;
  if (!extension) return `SBI extension 0x${id.extension.toString(16)}, unknown`;
  return called ? `SBI ${extension.name} ${called.name}` : `SBI ${extension.name} function ${id.function}, unknown`;
}

/** What will come later of the call that an ecall with these registers makes, as things are now. Nothing is changed. */
export function effectsOfCall(sbi: Sbi, registers: CallRegisters, caller: number): readonly SbiEffect[] {
  return lookUp(sbiCallOf(registers), firmwareCalls).function?.effects?.(callOf(sbi, registers, caller)) ?? [];
}

/** What a step is about that puts a call's result into the caller's registers: behind it they do not say any more what was asked for. */
export class CallAnswered {}

/**
 * Answers the SBI call in some registers (SBI 3.0, chapter 3).
 * @param calls that are answered
 * @returns whether the caller goes on after its ecall.
 */
export function* answerSbiCall(
  sbi: Sbi,
  registers: CallRegisters,
  caller: number,
  calls: CallTable = firmwareCalls,
): Narration<SbiResult> {
  const id = sbiCallOf(registers);
  const found = lookUp(id, calls);
  const { extension, function: called } = found;
  const request = describeSbiCall(id, found);
  yield step`look up what a7 and a6 ask for: ${request}`;
  const isThere = extension !== undefined && called !== undefined && sbi.offers(extension);
  const result = isThere ? yield* called.handle(callOf(sbi, registers, caller)) : failure(SbiError.notSupported);
  if (typeof result === 'string') return result;
  if ('legacy' in result) {
    const { legacy: value } = result;
    yield step.about(new CallAnswered())`put the result into a0: ${value}`;
    put(registers, RegisterNumber.a0, value);
  } else {
    const { error, value = 0 } = result;
    yield step.about(new CallAnswered())`put the result into the registers: a0 = error ${error}, a1 = value ${value}`;
    put(registers, RegisterNumber.a0, error);
    put(registers, RegisterNumber.a1, value);
  }
  return result;
}

/** What an id means. */
interface FoundCall<Extension extends NamedExtension> {
  readonly extension: Extension | undefined;
  readonly function: Extension['functions'][number] | undefined;
}

function lookUp<Extension extends NamedExtension>(id: SbiCallId, calls: CallTable<Extension>): FoundCall<Extension> {
  const extension = calls.get(id.extension);
  return { extension, function: extension?.functions[id.extension <= LAST_LEGACY_ID ? 0 : id.function] };
}

function callOf(sbi: Sbi, registers: CallRegisters, caller: number): SbiCall {
  return {
    sbi,
    caller,
    argument: (index) => registers.x(RegisterNumber.a0 + index),
    word: (index) => registers.xLow(RegisterNumber.a0 + index) >>> 0,
    number: (index) => asNumber(registers, RegisterNumber.a0 + index),
  };
}

function asNumber(registers: CallRegisters, register: number): number {
  return numberOf(registers.xLow(register), registers.xHigh(register));
}

/** A number of 53 bits, with its sign. */
function put(registers: CallRegisters, register: number, value: number): void {
  registers.setXWords(register, value | 0, Math.floor(value / 2 ** 32));
}
