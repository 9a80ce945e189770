/** What a handler of VMM or firmware says, and what addresses in it mean: a part of the protocol. */

import type { StateChange } from './exit-states';
import type { Hex, SourceLine } from './protocol-values';

export interface Narration {
  /** What privileged software handles for the CPU, or handled last. Absent before the first time. */
  handled?: HandledTrap;
}

/** A trap into VMM or firmware, and what its handler says while it works. */
export interface HandledTrap {
  software: 'vmm' | 'firmware';
  /** The handler has ended: the guest went on. */
  isOver: boolean;
  /** Among the VM's exits, or among the firmware's traps since the start; from 1. */
  number: number;
  /** Of an exit: why the guest left, as the exits are counted by it, and what that means. */
  reason?: { name: string; meaning: string };
  /** Of several virtual machines: whose it was. After a world switch the handler works for another one. */
  of?: string;
  /** What happened, as the exits' list says it. */
  description: string;
  /** By the manual's name. */
  cause: string;
  /** Where the guest stood. */
  pc: Hex;
  symbol?: string;
  instruction?: string;
  source?: SourceLine;
  /** The trap value (stval, mtval), where the cause gives it a meaning. */
  value?: NarratedValue;
  /** The handler's function and, in order, what it did and which functions it entered. */
  narrated: NarratedFunction;
  /** How many steps before these are left out. */
  omitted: number;
  /** What may come next, when the handler is not over: several where conditions decide. */
  coming: ComingStep[];
  changes: StateChange[];
}

export interface NarratedFunction {
  kind: 'function';
  name: string;
  parts: (NarratedFunction | NarratedStep)[];
}

export interface NarratedStep {
  kind: 'step';
  /** Counts from 1 within the handler. */
  number: number;
  /** The sentence, in pieces. */
  text: (string | NarratedValue)[];
  source: SourceLine;
  /** The handler is about to do this. */
  isPresent: boolean;
}

/** A value that a handler has named. */
export interface NarratedValue {
  value: string;
  /** What it is: `guest-virtual address`, or a CSR's or an entry's fields. */
  meaning?: string;
  /** Of an address: where it points, for `hyperstep/address` and DAP's `readMemory`. */
  memoryReference?: string;
  space?: 'gva' | 'gpa' | 'hpa';
  symbol?: string;
}

export type ComingStep =
  /**
   * A step: values that are not known yet stand as the source names them: `‹pte›`. A call, or a return: the function that is entered, or
   * goes on.
   */
  { kind: 'step' | 'call' | 'return'; text: string; source: SourceLine } | { kind: 'end' };

/** An address in every space in which it is one, as things are now, and what is there. */
export interface AddressMeaning {
  gva?: Hex;
  gpa?: Hex;
  hpa?: Hex;
  symbol?: string;
  source?: SourceLine;
  /** 64-bit words from there on, as far as there is memory; at most eight. */
  words: Hex[];
}
