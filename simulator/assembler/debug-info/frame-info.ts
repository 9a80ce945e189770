import type { SourceSpan } from '../source/frames';
import type { AssemblySymbol, Bound, Section } from '../unit/symbols-and-sections';

/** DW_CFA_* numbers (DWARF 5, 7.24; the last one is GNU's). */
export const Cfa = {
  Nop: 0x00,
  SetLoc: 0x01,
  AdvanceLoc: 0x40,
  Offset: 0x80,
  Restore: 0xc0,
  AdvanceLoc1: 0x02,
  AdvanceLoc2: 0x03,
  AdvanceLoc4: 0x04,
  OffsetExtended: 0x05,
  RestoreExtended: 0x06,
  Undefined: 0x07,
  SameValue: 0x08,
  Register: 0x09,
  RememberState: 0x0a,
  RestoreState: 0x0b,
  DefCfa: 0x0c,
  DefCfaRegister: 0x0d,
  DefCfaOffset: 0x0e,
  DefCfaExpression: 0x0f,
  Expression: 0x10,
  OffsetExtendedSigned: 0x11,
  DefCfaSigned: 0x12,
  DefCfaOffsetSigned: 0x13,
  ValOffset: 0x14,
  ValOffsetSigned: 0x15,
  ValExpression: 0x16,
  AdvanceLoc8: 0x1d,
  WindowSave: 0x2d,
  ArgumentsSize: 0x2e,
  NegativeOffsetExtended: 0x2f,
} as const;

/** What a CIE says that offsets of saved registers are counted in, in bytes: as GNU as for RISC-V. */
export const dataAlignment = -4;

/** DW_EH_PE_*: how an address is written in unwind tables. */
export const Encoding = {
  Absolute: 0,
  Relative: 0x10,
  Aligned: 0x50,
  Signed4: 0x0b,
  Indirect: 0x80,
  Omit: 0xff,
} as const;

/** A step of the call frame information of a function. */
export type FrameStep =
  | { readonly kind: 'advance'; readonly from: AssemblySymbol; readonly to: AssemblySymbol }
  | {
      /** One of Cfa with its operands. */
      readonly kind: 'rule';
      readonly rule: number;
      readonly register: number;
      /** An offset in bytes, or another register. */
      readonly operand: number;
    }
  | { readonly kind: 'escape'; readonly values: readonly { value: Bound; span: SourceSpan }[] }
  | {
      readonly kind: 'encoded';
      readonly register: number;
      readonly encoding: number;
      readonly value: Bound;
      readonly span: SourceSpan;
    }
  | { readonly kind: 'label'; readonly symbol: AssemblySymbol };

/** An address that the unwind table names: a personality function or language-specific data. */
export interface EncodedAddress {
  readonly encoding: number;
  readonly value: Bound | undefined;
  readonly span: SourceSpan;
}

/** The sections that a frame is written to. */
export interface FrameSections {
  readonly inEhFrame: boolean;
  readonly inDebugFrame: boolean;
}

/** The call frame information of one function, from `.cfi_startproc` to `.cfi_endproc`. */
export class FunctionFrame {
  readonly steps: FrameStep[] = [];
  end: AssemblySymbol | undefined;
  personality: EncodedAddress | undefined;
  lsda: EncodedAddress | undefined;
  returnColumn = 1;
  isSignalFrame = false;
  /** Where the steps so far end. */
  last: AssemblySymbol;
  /** The offset of the CFA from its register, as the steps so far leave it. */
  cfaOffset = 0;
  readonly remembered: number[] = [];

  constructor(
    readonly start: AssemblySymbol,
    readonly span: SourceSpan,
    readonly sections: FrameSections,
  ) {
    this.last = start;
  }

  /** The same without the function and the data for exceptions. */
  withoutTables(): FunctionFrame {
    const copy = new FunctionFrame(this.start, this.span, this.sections);
    copy.steps.push(...this.steps);
    copy.end = this.end;
    copy.returnColumn = this.returnColumn;
    copy.isSignalFrame = this.isSignalFrame;
    return copy;
  }
}

/** The call frame information of a source, and where it goes. */
export class FrameInfo {
  /** In order of their beginnings. */
  readonly functions: FunctionFrame[] = [];
  /** The function that is open in each subsection. */
  readonly open = new Map<Section, FunctionFrame>();
  #chosen: FrameSections = { inEhFrame: true, inDebugFrame: false };
  /** Where any frame so far goes; undefined before the first. */
  #used: FrameSections | undefined;

  /** `.cfi_sections`, for the frames that follow; false when those before do not allow it. */
  choose(sections: FrameSections): boolean {
    if (this.#used && sections.inEhFrame && !this.#chosen.inEhFrame) return false;
    this.#chosen = sections;
    return true;
  }

  /** @returns where a frame that begins here goes: where the frames before it go as well, as in GNU as */
  begin(): FrameSections {
    const { inEhFrame, inDebugFrame } = this.#chosen;
    const used = this.#used;
    this.#used = {
      inEhFrame: inEhFrame || used?.inEhFrame === true,
      inDebugFrame: inDebugFrame || used?.inDebugFrame === true,
    };
    return this.#used;
  }
}

/** Whether two steps may stand at the beginning of functions that share a CIE, and are the same. */
export function isInitial(step: FrameStep): boolean {
  return step.kind === 'rule' && initialRules.has(step.rule);
}

export function sameStep(a: FrameStep, b: FrameStep): boolean {
  return (
    a.kind === 'rule' && b.kind === 'rule' && a.rule === b.rule && a.register === b.register && a.operand === b.operand
  );
}

const initialRules: ReadonlySet<number> = new Set([
  ...[Cfa.Offset, Cfa.DefCfa, Cfa.ValOffset, Cfa.Register, Cfa.DefCfaRegister, Cfa.Restore, Cfa.Undefined],
  ...[Cfa.SameValue, Cfa.DefCfaOffset],
]);
