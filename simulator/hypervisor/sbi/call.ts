import type { Hart } from '../../core/index';
import { type Narration, step } from '../../machine/narration';
import { base } from './base';
import { dbcn } from './dbcn';
import { hsm } from './hsm';
import { failure, type SbiCall, SbiError, type SbiExtension, type SbiHost, type SbiResult } from './interface';
import { ipi } from './ipi';
import { legacy } from './legacy';
import { rfence } from './rfence';
import { srst } from './srst';
import { susp } from './susp';
import { time } from './time';

export const sbiExtensions: readonly SbiExtension[] = [base, time, ipi, rfence, hsm, srst, susp, dbcn, ...legacy];

const A0 = 10;
const A1 = 11;
const A6 = 16;
const A7 = 17;
const LAST_LEGACY_ID = 0xf;
const extensionById = new Map(sbiExtensions.map((extension) => [extension.id, extension]));

/** The extension and function that a guest's ecall names, in words: `TIME set_timer`. */
export function describeSbiCall(hart: Hart): string {
  const { extension, function: called } = lookUp(hart);
  if (!extension) return `SBI extension 0x${(hart.xLow(A7) >>> 0).toString(16)}, unknown`;
  return called ? `SBI ${extension.name} ${called.name}` : `SBI ${extension.name} function ${hart.xLow(A6)}, unknown`;
}

/** Answers the SBI call in the registers of `hart` (SBI 2.0, chapter 3). @returns whether the caller goes on after its ecall. */
export function* answerSbiCall(host: SbiHost, hart: Hart, caller: number): Narration<SbiResult> {
  const { function: called } = lookUp(hart);
  const request = describeSbiCall(hart);
  yield step`look up what a7 and a6 ask for: ${request}`;
  const result = called ? yield* called.handle(callOf(host, hart, caller)) : failure(SbiError.notSupported);
  if (result === 'trapped' || result === 'left') return result;
  if ('legacy' in result) {
    const { legacy: value } = result;
    yield step`put the result into a0: ${value}`;
    setRegister(hart, A0, value);
  } else {
    const { error, value = 0 } = result;
    yield step`put the result into the registers: a0 = error ${error}, a1 = value ${value}`;
    setRegister(hart, A0, error);
    setRegister(hart, A1, value);
  }
  return result;
}

function lookUp(hart: Hart) {
  const id = hart.xHigh(A7) === 0 ? hart.xLow(A7) : undefined;
  const extension = id === undefined ? undefined : extensionById.get(id);
  const index = id !== undefined && id <= LAST_LEGACY_ID ? 0 : hart.xHigh(A6) === 0 ? hart.xLow(A6) : -1;
  return { extension, function: extension?.functions[index] };
}

function callOf(host: SbiHost, hart: Hart, caller: number): SbiCall {
  return {
    host,
    caller,
    argument: (index) => hart.x(A0 + index),
    word: (index) => hart.xLow(A0 + index) >>> 0,
    number: (index) => (hart.xHigh(A0 + index) >>> 0) * 2 ** 32 + (hart.xLow(A0 + index) >>> 0),
  };
}

const setRegister = (hart: Hart, register: number, value: number): void =>
  hart.setXWords(register, value | 0, value < 0 ? -1 : Math.floor(value / 2 ** 32) | 0);
