/**
 * What the encoder keeps with a statement, to assemble it faster the next time: code where that depends on nothing else, else the form
 * that its operands fit. Either holds under one architecture.
 */
import type { Statement } from '../syntax/statement';
import type { Architecture } from './architecture';
import type { Written } from './operand-match';
import type { Candidate } from './patterns';

/** A branch before its target is known. */
export interface Branch {
  readonly architecture: Architecture;
  readonly jump: boolean;
  readonly word: number;
  readonly compressed: boolean;
}

/** A form of an instruction with what was written for it. */
export class Form {
  branch: Branch | undefined;

  constructor(
    readonly architecture: Architecture,
    readonly candidate: Candidate,
    readonly written: Written,
    readonly ordering: number,
  ) {}
}

/** The one instruction that a statement stands for, whatever the symbols are. */
export class KnownCode {
  constructor(
    readonly architecture: Architecture,
    readonly word: number,
    readonly length: number,
    readonly privileged: boolean,
  ) {}
}

export function keptForm({ keptEncoding }: Statement): Form | undefined {
  return keptEncoding instanceof Form ? keptEncoding : undefined;
}

export function keptCode({ keptEncoding }: Statement): KnownCode | undefined {
  return keptEncoding instanceof KnownCode ? keptEncoding : undefined;
}

export function keep(statement: Statement, encoding: Form | KnownCode): void {
  statement.keptEncoding = encoding;
}
