import type { Narration } from '../../machine/narration';
import type { FirmwarePort } from '../port';
import type { Sbi } from './sbi';

/** SBI error codes (RISC-V SBI 3.0, "Standard SBI Errors"). */
export const SbiError = {
  success: 0,
  failed: -1,
  notSupported: -2,
  invalidParam: -3,
  denied: -4,
  invalidAddress: -5,
  alreadyAvailable: -6,
  alreadyStarted: -7,
  alreadyStopped: -8,
  deniedLocked: -14,
} as const;

/** -1 as an argument: all harts, all pages, no deadline, no address. */
export const ALL_ONES = 2n ** 64n - 1n;

/** a0 = error, a1 = value */
export interface SbiAnswer {
  readonly error: number;
  readonly value?: number;
}

/** What a call leaves in the caller's registers. */
export type SbiResult =
  | SbiAnswer
  /** A legacy call: a0 = value, a1 untouched. */
  | { readonly legacy: number }
  /** The call's argument could not be read: the guest got a trap instead of a result. */
  | 'trapped'
  /** The caller does not continue after its ecall: it stopped, or resumes elsewhere. */
  | 'left'
  /** Nothing has been done: the caller makes its call again when there is memory for the answer. */
  | 'again';

export interface SbiCall {
  readonly sbi: Sbi;
  /** Id of the calling hart (or vCPU). */
  readonly caller: number;
  /** Argument a0..a5, as an unsigned 64-bit pattern. */
  argument(index: number): bigint;
  /** The same as a JS number: exact below 2^53, which suffices for ids, counts and physical addresses. */
  number(index: number): number;
  /** An argument of type `uint32_t`: the upper half of its register is no part of it. */
  word(index: number): number;
}

/** What comes of a call later, to a hart: the caller's own or another. */
export type SbiEffect =
  | { readonly kind: 'software interrupt' | 'timer interrupt' | 'fence'; readonly hart: number }
  /** It begins at a physical address. */
  | { readonly kind: 'start'; readonly hart: number; readonly address: number };

export interface SbiFunction {
  readonly name: string;
  handle(call: SbiCall): Narration<SbiResult>;
  /** What will come of it, as things are now: for whoever looks ahead. Nothing is changed. */
  effects?(call: SbiCall): readonly SbiEffect[];
}

export interface SbiExtension {
  readonly name: string;
  readonly id: number;
  /** Whether it is there, where that is not so everywhere. */
  readonly isOffered?: (port: FirmwarePort) => boolean;
  /** By function id. */
  readonly functions: { readonly [id: number]: SbiFunction | undefined };
}

export const success = (value = 0): SbiAnswer => ({ error: SbiError.success, value });
export const failure = (error: number): SbiAnswer => ({ error, value: 0 });
