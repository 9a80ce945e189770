import { RelocationType as R, SectionFlag, SectionType } from '../../object/elf/relocatable';
import type { SourceSpan } from '../source/frames';
import { constant, isConstant, offsetOf } from '../unit/evaluation';
import { leb128Bytes } from '../unit/section-bytes';
import type { AssemblySymbol, Bound, FixupKind, Section } from '../unit/symbols-and-sections';
import type { Unit } from '../unit/unit';
import {
  Cfa,
  dataAlignment,
  type EncodedAddress,
  Encoding,
  type FrameStep,
  type FunctionFrame,
  isInitial,
  sameStep,
} from './frame-info';

/** CIE version 3, as GNU as writes it for RISC-V. */
const version = 3;
const codeAlignment = 1;
const addressEncoding = Encoding.Relative | Encoding.Signed4;

/** What functions of one kind share. */
interface SharedEntry {
  readonly first: FunctionFrame;
  /** How many steps of the first one it has. */
  readonly count: number;
  readonly start: number;
  readonly symbol: AssemblySymbol;
}

/** Writes the unwind tables that a source asks for. Its other sections have been laid out. */
export function writeFrames(unit: Unit): void {
  const { functions } = unit.frameInfo;
  const loaded = functions.filter(({ sections }) => sections.inEhFrame);
  if (loaded.length > 0) new FrameWriter(unit, '.eh_frame', true).write(loaded);
  const unloaded = functions.filter(({ sections }) => sections.inDebugFrame);
  if (unloaded.length > 0) new FrameWriter(unit, '.debug_frame', false).write(unloaded);
}

class FrameWriter {
  readonly #section: Section;
  readonly #shared: SharedEntry[] = [];

  constructor(
    readonly unit: Unit,
    name: string,
    /** `.eh_frame`, which is loaded, as against `.debug_frame`. */
    readonly loaded: boolean,
  ) {
    const attributes = { type: SectionType.Progbits, flags: loaded ? SectionFlag.Alloc : 0, entrySize: 0 };
    this.#section = unit.sections.subsection(unit.sections.output(name, attributes, false), 0);
    this.#section.align(8);
  }

  write(functions: readonly FunctionFrame[]): void {
    const section = this.#section;
    while (section.length % 8 !== 0) section.appendInteger(0, 1);
    // .debug_frame has call frames alone.
    const written = this.loaded ? functions : functions.map((frame) => frame.withoutTables());
    written.forEach((frame, i) => {
      const shared = this.#sharedOf(frame);
      this.#function(frame, shared, this.loaded && i + 1 < written.length ? 4 : 8);
    });
    const { parts } = section;
    if (section.shifts.length !== parts.length + 1) section.shifts = new Float64Array(parts.length + 1);
  }

  /** The entry that a function shares with others that begin as it does; written when it is the first. */
  #sharedOf(frame: FunctionFrame): SharedEntry {
    for (const shared of [...this.#shared].reverse()) {
      const { first, count } = shared;
      const alike =
        first.returnColumn === frame.returnColumn &&
        first.isSignalFrame === frame.isSignalFrame &&
        (first.lsda?.encoding ?? Encoding.Omit) === (frame.lsda?.encoding ?? Encoding.Omit) &&
        samePersonality(first.personality, frame.personality);
      if (alike && first.steps.slice(0, count).every((step, i) => frame.steps[i] && sameStep(step, frame.steps[i])))
        return shared;
    }
    const found = frame.steps.findIndex((step) => !isInitial(step));
    const shared = {
      first: frame,
      count: found < 0 ? frame.steps.length : found,
      start: this.#section.length,
      symbol: this.#here(),
    };
    this.unit.symbols.list(shared.symbol);
    this.#shared.push(shared);
    this.#writeShared(shared);
    return shared;
  }

  #here(): AssemblySymbol {
    return this.unit.symbols.temporary(this.#section.here);
  }

  #writeShared({ first, count }: SharedEntry): void {
    const section = this.#section;
    const { personality, lsda, returnColumn, isSignalFrame } = first;
    const start = this.#begin();
    section.appendInteger(this.loaded ? 0 : -1, 4);
    section.appendInteger(version, 1);
    const letters = this.loaded ? `z${personality ? 'P' : ''}${lsda ? 'L' : ''}R` : '';
    for (const letter of `${letters}${isSignalFrame ? 'S' : ''}\0`) section.appendInteger(letter.charCodeAt(0), 1);
    this.#uleb(codeAlignment);
    this.#sleb(dataAlignment);
    this.#uleb(returnColumn);
    if (this.loaded) {
      const size = 1 + (lsda ? 1 : 0) + (personality ? 1 + encodedSize(personality.encoding) : 0);
      this.#uleb(size);
      if (personality) {
        section.appendInteger(personality.encoding, 1);
        this.#address(personality);
      }
      if (lsda) section.appendInteger(lsda.encoding, 1);
      section.appendInteger(addressEncoding, 1);
    }
    for (const step of first.steps.slice(0, count)) this.#step(step);
    this.#end(start, this.loaded ? 4 : 8);
  }

  #function(frame: FunctionFrame, shared: SharedEntry, alignment: number): void {
    const section = this.#section;
    const { span } = frame;
    const end = frame.end ?? frame.start;
    const start = this.#begin();
    if (this.loaded) {
      section.appendInteger(section.length - shared.start, 4);
      this.#fixup({ data: 4 }, { ...constant(0), add: frame.start, subtract: this.#here() }, 4, span);
      this.#fixup({ data: 4 }, { ...constant(0), add: end, subtract: frame.start }, 4, span);
      this.#uleb(frame.lsda ? encodedSize(frame.lsda.encoding) : 0);
    } else {
      this.#fixup({ data: 4 }, { ...constant(0), add: shared.symbol }, 4, span);
      this.#fixup({ data: 8 }, { ...constant(0), add: frame.start }, 8, span);
      this.#fixup({ data: 8 }, { ...constant(0), add: end, subtract: frame.start }, 8, span);
    }
    if (frame.lsda) this.#address(frame.lsda);
    for (const step of frame.steps.slice(shared.count)) this.#step(step, span);
    this.#end(start, alignment);
  }

  /** Room for an entry's length. */
  #begin(): number {
    this.#section.appendInteger(0, 4);
    return this.#section.length;
  }

  #end(start: number, alignment: number): void {
    const section = this.#section;
    while (section.length % alignment !== 0) section.appendInteger(0, 1);
    section.patch(start - 4, section.length - start);
  }

  #fixup(kind: FixupKind, value: Bound, size: 1 | 2 | 4 | 8, span: SourceSpan): void {
    const section = this.#section;
    section.fixups.push({ offset: section.length, part: section.parts.length, kind, value, span, relax: false });
    section.appendInteger(0, size);
  }

  #uleb(value: number): void {
    this.#section.append(leb128Bytes(BigInt(value), false));
  }

  #sleb(value: number): void {
    this.#section.append(leb128Bytes(BigInt(value), true));
  }

  #address({ encoding, value, span }: EncodedAddress): void {
    if (!value || encoding === Encoding.Omit) return;
    this.#encoded(encoding, value, span);
  }

  #encoded(encoding: number, value: Bound, span: SourceSpan): void {
    const size = encodedSize(encoding);
    const isRelative = (encoding & 0x70) === Encoding.Relative && value.kind === 'linear' && !value.subtract;
    this.#fixup({ data: size }, isRelative ? { ...value, subtract: this.#here() } : value, size, span);
  }

  #step(step: FrameStep, span?: SourceSpan): void {
    switch (step.kind) {
      case 'advance':
        this.#advance(step.from, step.to, span);
        return;
      case 'rule':
        this.#rule(step.rule, step.register, step.operand);
        return;
      case 'escape':
        for (const { value, span: at } of step.values) {
          if (isConstant(value)) this.#section.appendInteger(value.value, 1);
          else this.#fixup({ data: 1 }, value, 1, at);
        }
        return;
      case 'encoded':
        this.#encodedValue(step);
        return;
      case 'label':
        step.symbol.place = this.#section.here;
    }
  }

  #encodedValue({ register, encoding, value, span }: FrameStep & { kind: 'encoded' }): void {
    const size = encodedSize(encoding);
    const section = this.#section;
    section.appendInteger(Cfa.ValExpression, 1);
    this.#uleb(register);
    if (encoding === Encoding.Absolute) {
      this.#uleb(1 + size);
      section.appendInteger(0x03, 1); // DW_OP_addr
    } else {
      this.#uleb(2 + size);
      section.appendInteger(0xf1, 1); // DW_OP_GNU_encoded_addr
      section.appendInteger(encoding, 1);
    }
    this.#encoded(encoding, value, span);
  }

  /** How far the next step is from the one before: a number where no instruction between can change, else for the linker. */
  #advance(from: AssemblySymbol, to: AssemblySymbol, span: SourceSpan | undefined): void {
    const section = this.#section;
    const distance = offsetOf(to.place!) - offsetOf(from.place!);
    const isKnown = from.place!.section.inOneFragment(from.place!, to.place!);
    if (distance === 0) return;
    const start = section.length;
    let [size, set, subtract]: [1 | 2 | 4, number, number] = [4, R.Set32, R.Sub32];
    if (distance < 0x40) {
      section.appendInteger(Cfa.AdvanceLoc | distance, 1);
      [size, set, subtract] = [1, R.Set6, R.Sub6];
    } else if (distance < 0x100) {
      section.appendInteger(Cfa.AdvanceLoc1, 1);
      section.appendInteger(distance, 1);
      [size, set, subtract] = [1, R.Set8, R.Sub8];
    } else if (distance < 0x10000) {
      section.appendInteger(Cfa.AdvanceLoc2, 1);
      section.appendInteger(distance, 2);
      [size, set, subtract] = [2, R.Set16, R.Sub16];
    } else {
      section.appendInteger(Cfa.AdvanceLoc4, 1);
      section.appendInteger(distance, size);
    }
    if (isKnown || !span) return;
    const offset = distance < 0x40 ? start : start + 1;
    const part = section.parts.length;
    const add = (relocation: number, symbol: AssemblySymbol): void => {
      const value = { ...constant(0), add: symbol };
      section.fixups.push({ offset, part, kind: { relocation }, value, span, relax: false });
    };
    add(set, to);
    add(subtract, from);
  }

  #rule(rule: number, register: number, operand: number): void {
    const section = this.#section;
    const scaled = Math.trunc(operand / dataAlignment);
    switch (rule) {
      case Cfa.DefCfa:
        section.appendInteger(operand < 0 ? Cfa.DefCfaSigned : Cfa.DefCfa, 1);
        this.#uleb(register);
        if (operand < 0) this.#sleb(scaled);
        else this.#uleb(operand);
        return;
      case Cfa.DefCfaOffset:
        section.appendInteger(operand < 0 ? Cfa.DefCfaOffsetSigned : Cfa.DefCfaOffset, 1);
        if (operand < 0) this.#sleb(scaled);
        else this.#uleb(operand);
        return;
      case Cfa.Restore:
        if (register < 0x40) section.appendInteger(Cfa.Restore | register, 1);
        else {
          section.appendInteger(Cfa.RestoreExtended, 1);
          this.#uleb(register);
        }
        return;
      case Cfa.Offset:
        if (scaled >= 0 && register < 0x40) section.appendInteger(Cfa.Offset | register, 1);
        else {
          section.appendInteger(scaled < 0 ? Cfa.OffsetExtendedSigned : Cfa.OffsetExtended, 1);
          this.#uleb(register);
        }
        if (scaled < 0) this.#sleb(scaled);
        else this.#uleb(scaled);
        return;
      case Cfa.ValOffset:
        section.appendInteger(scaled < 0 ? Cfa.ValOffsetSigned : Cfa.ValOffset, 1);
        this.#uleb(register);
        if (scaled < 0) this.#sleb(scaled);
        else this.#uleb(scaled);
        return;
      default:
        section.appendInteger(rule, 1);
        if (rule === Cfa.RememberState || rule === Cfa.RestoreState || rule === Cfa.WindowSave) return;
        this.#uleb(register);
        if (rule === Cfa.Register) this.#uleb(operand);
    }
  }
}

/** The size of an address in an encoding, in bytes. */
export function encodedSize(encoding: number): 2 | 4 | 8 {
  switch (encoding & 7) {
    case 2:
      return 2;
    case 3:
      return 4;
    default:
      return 8;
  }
}

function samePersonality(a: EncodedAddress | undefined, b: EncodedAddress | undefined): boolean {
  if (!a || !b) return a === b;
  if (a.encoding !== b.encoding || a.value?.kind !== 'linear' || b.value?.kind !== 'linear') return false;
  return a.value.add === b.value.add && a.value.value === b.value.value;
}
