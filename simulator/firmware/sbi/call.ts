import type { Hart } from '../../core/index';
import { RegisterNumber } from '../../isa/index';
import { type Narration, step } from '../../machine/narration';
import { base } from './base';
import { dbcn } from './dbcn';
import { fwft } from './fwft';
import { hsm } from './hsm';
import { failure, type SbiCall, SbiError, type SbiExtension, type SbiHost, type SbiResult } from './interface';
import { ipi } from './ipi';
import { legacy } from './legacy';
import { rfence } from './rfence';
import { srst } from './srst';
import { susp } from './susp';
import { time } from './time';

export const sbiExtensions: readonly SbiExtension[] = [base, time, ipi, rfence, hsm, srst, susp, dbcn, fwft, ...legacy];

const LAST_LEGACY_ID = 0xf;
const extensionById = new Map(sbiExtensions.map((extension) => [extension.id, extension]));

/** What an ecall asks the firmware for: a7 and a6, as numbers. */
export interface SbiCallId {
  readonly extension: number;
  readonly function: number;
}

/** The call that a hart at an ecall makes. */
export function sbiCallOf(hart: Hart): SbiCallId {
  return { extension: unsigned(hart, RegisterNumber.a7), function: unsigned(hart, RegisterNumber.a6) };
}

/** A call in words: `SBI TIME set_timer`. @param found what it is, where that is known */
export function describeSbiCall(id: SbiCallId, { extension, function: called } = lookUp(id)): string {
  if (!extension) return `SBI extension 0x${id.extension.toString(16)}, unknown`;
  return called ? `SBI ${extension.name} ${called.name}` : `SBI ${extension.name} function ${id.function}, unknown`;
}

/** Answers the SBI call in the registers of `hart` (SBI 3.0, chapter 3). @returns whether the caller goes on after its ecall. */
export function* answerSbiCall(host: SbiHost, hart: Hart, caller: number): Narration<SbiResult> {
  const id = sbiCallOf(hart);
  const found = lookUp(id);
  const { function: called } = found;
  const request = describeSbiCall(id, found);
  yield step`look up what a7 and a6 ask for: ${request}`;
  const result = called ? yield* called.handle(callOf(host, hart, caller)) : failure(SbiError.notSupported);
  if (result === 'trapped' || result === 'left') return result;
  if ('legacy' in result) {
    const { legacy: value } = result;
    yield step`put the result into a0: ${value}`;
    setRegister(hart, RegisterNumber.a0, value);
  } else {
    const { error, value = 0 } = result;
    yield step`put the result into the registers: a0 = error ${error}, a1 = value ${value}`;
    setRegister(hart, RegisterNumber.a0, error);
    setRegister(hart, RegisterNumber.a1, value);
  }
  return result;
}

function lookUp(id: SbiCallId) {
  const extension = extensionById.get(id.extension);
  return { extension, function: extension?.functions[id.extension <= LAST_LEGACY_ID ? 0 : id.function] };
}

function callOf(host: SbiHost, hart: Hart, caller: number): SbiCall {
  return {
    host,
    caller,
    argument: (index) => hart.x(RegisterNumber.a0 + index),
    word: (index) => hart.xLow(RegisterNumber.a0 + index) >>> 0,
    number: (index) => unsigned(hart, RegisterNumber.a0 + index),
  };
}

/** A register as an unsigned number: exact below 2^53. */
const unsigned = (hart: Hart, register: number): number =>
  (hart.xHigh(register) >>> 0) * 2 ** 32 + (hart.xLow(register) >>> 0);

const setRegister = (hart: Hart, register: number, value: number): void =>
  hart.setXWords(register, value | 0, value < 0 ? -1 : Math.floor(value / 2 ** 32) | 0);
