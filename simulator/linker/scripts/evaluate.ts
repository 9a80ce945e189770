import * as integer from '../../object/bytes/integer';
import type { Region } from '../layout/region';
import type { OutputSection } from '../sections/sections';
import type { DataSegment } from './data-segment';
import type { ScriptExpression, ScriptPlace, ValueFunction } from './syntax';

/** A value of a script: relative to a section, absolute, or (`undefined`) just a number. */
export interface ScriptValue {
  readonly value: bigint;
  readonly section: Base | undefined;
}

export type Base = OutputSection | 'absolute';

/**
 * `first`: symbols get their values as far as these depend on no section. `mark`: nothing has an address yet, and what
 * the script mentions is noted. `size`: sections get their addresses. `assign`: symbols get their values from those
 * addresses. `final`: the same, and what is wrong is said.
 */
export type Phase = 'first' | 'mark' | 'size' | 'assign' | 'final';

/** What expressions ask of the link. */
export interface EvaluationHost {
  readonly phase: Phase;
  readonly segment: DataSegment;
  /** Where segments begin that the command line places. */
  readonly segments: ReadonlyMap<string, bigint>;
  /** Of the file's own headers; undefined while that is not known. */
  headersSize(): bigint | undefined;
  /** Of pages: as large as they may be, and as they usually are. */
  readonly pages: { readonly maximum: bigint; readonly common: bigint };
  symbol(name: string): ScriptValue | undefined;
  isDefined(name: string): boolean;
  /** Whether this pass gave a symbol of the script its value already. */
  isDefinedHere(name: string): boolean;
  outputNamed(name: string): OutputSection | undefined;
  regionNamed(name: string): Region | undefined;
  report(place: ScriptPlace, message: string): void;
}

const mask = 0xffff_ffff_ffff_ffffn;

export function baseAddress(section: Base | undefined): bigint {
  return section === undefined || section === 'absolute' ? 0n : integer.toUnsigned(section.address);
}

/** The address that a value is. */
export function absolute({ value, section }: ScriptValue): bigint {
  return (value + baseAddress(section)) & mask;
}

export function alignUp(value: bigint, alignment: bigint): bigint {
  return alignment <= 1n ? value : (((value + alignment - 1n) / alignment) * alignment) & mask;
}

/** Works expressions out as ld does: with the section that a value belongs to. */
export class Evaluator {
  /** The section in which the statement stands, and the location counter. */
  #section: Base = 'absolute';
  #dot = 0n;
  /** Whether the value goes to `.`: then its symbols must be known. */
  #toDot = false;
  /** The symbol that gets the value, and whether the value was worked out from what it was before. */
  assigned: string | undefined;
  usedItself = false;
  /** Whether the value was counted from `.` or an origin. */
  fromDot = false;
  /** The symbols that the value is made of: none, one by its name, or more. */
  source: string | 'several' | undefined;

  constructor(readonly host: EvaluationHost) {}

  /** undefined when something that it needs is not known. */
  evaluate(expression: ScriptExpression, section: Base, dot: bigint, toDot = false): ScriptValue | undefined {
    this.#section = section;
    this.#dot = dot;
    this.#toDot = toDot;
    this.fromDot = false;
    this.source = undefined;
    return this.#value(expression);
  }

  #number(value: bigint): ScriptValue {
    return { value: value & mask, section: undefined };
  }

  /** An address, seen from the section in which the statement stands. */
  #address(value: bigint): ScriptValue {
    this.fromDot = true;
    return { value: (value - baseAddress(this.#section)) & mask, section: this.#section };
  }

  #value(expression: ScriptExpression): ScriptValue | undefined {
    switch (expression.kind) {
      case 'number':
        // Outside of output sections a number is an address.
        return { value: expression.value, section: this.#section === 'absolute' ? 'absolute' : undefined };
      case 'name':
        return expression.name === '.' ? this.#address(this.#dot) : this.#symbol(expression.name, expression.place);
      case 'headers':
        return this.#headers();
      case 'unary': {
        const operand = this.#value(expression.operand);
        if (!operand || expression.operator === '+') return operand;
        const { value } = operand;
        const result =
          expression.operator === '-' ? -value : expression.operator === '~' ? ~value : value === 0n ? 1n : 0n;
        return { ...operand, value: result & mask };
      }
      case 'binary':
        return this.#binary(expression);
      case 'conditional': {
        const { source } = this;
        const condition = this.#value(expression.condition);
        this.source = source;
        return condition && this.#value(condition.value === 0n ? expression.no : expression.yes);
      }
      case 'call':
        return this.#call(expression);
      case 'named':
        return this.#named(expression);
      case 'segment': {
        const start = this.host.segments.get(expression.segment);
        return start === undefined ? this.#value(expression.otherwise) : this.#address(start);
      }
      case 'assertion': {
        const { condition, message, place } = expression.assertion;
        const result = this.#value(condition);
        if (result?.value === 0n && this.host.phase === 'final') this.host.report(place, message);
        return result;
      }
    }
  }

  #headers(): ScriptValue | undefined {
    const size = this.host.headersSize();
    return size === undefined ? undefined : this.#number(size);
  }

  #symbol(name: string, place: ScriptPlace): ScriptValue | undefined {
    const found = this.host.symbol(name);
    this.source = this.source === undefined ? name : 'several';
    // A number that the pass gave the symbol before is as good as any other.
    if (name === this.assigned && !(found?.section === 'absolute' && this.host.isDefinedHere(name)))
      this.usedItself = true;
    if (!found) {
      const { phase } = this.host;
      if (phase === 'final' || (phase !== 'mark' && phase !== 'first' && this.#toDot))
        this.host.report(place, `symbol '${name}' is not defined`);
      return undefined;
    }
    // Inside of an output section an absolute symbol is a number.
    return found.section === 'absolute' && this.#section !== 'absolute' ? this.#number(found.value) : found;
  }

  #binary(expression: ScriptExpression & { kind: 'binary' }): ScriptValue | undefined {
    let left = this.#value(expression.left);
    let right = this.#value(expression.right);
    if (!left || !right) return undefined;
    let section = left.section;
    let bothPlaced = left.section === right.section;
    if (!bothPlaced) {
      if (left.section !== undefined && right.section !== undefined) {
        // Addresses of different sections have only their absolute values in common.
        this.fromDot = false;
        left = { value: absolute(left), section: 'absolute' };
        right = { value: absolute(right), section: 'absolute' };
        section = 'absolute';
        bothPlaced = true;
      } else section = left.section ?? right.section;
    }
    const { operator } = expression;
    const [a, b] = [left.value, right.value];
    const truth = comparisons[operator]?.(a, b);
    if (truth !== undefined) return this.#number(truth ? 1n : 0n);
    if ((operator === '/' || operator === '%') && b === 0n) {
      if (this.host.phase === 'final') this.host.report(expression.place, `division by zero`);
      return undefined;
    }
    const value = (arithmetic[operator]?.(a, b) ?? 0n) & mask;
    // Two places of one section make a number; a place and a number make a place.
    if (bothPlaced) section = this.#section === 'absolute' ? 'absolute' : undefined;
    return { value, section };
  }

  #call({ name, operands, place }: ScriptExpression & { kind: 'call' }): ScriptValue | undefined {
    const first = this.#value(operands[0]!);
    if (!first) return undefined;
    if (this.host.phase === 'first' && !isPlain(name, operands.length)) return undefined;
    const second = operands[1] && this.#value(operands[1]);
    if (operands[1] && !second) return undefined;
    switch (name) {
      case 'ABSOLUTE':
        this.fromDot = false;
        return { value: absolute(first), section: 'absolute' };
      case 'ALIGN':
      case 'BLOCK':
        if (second) return this.#joined(first, second, (a, b) => alignUp(a, b));
        return this.#address(alignUp(this.#dot, first.value));
      case 'NEXT':
        return { value: alignUp(this.#dot, absolute(first)), section: 'absolute' };
      case 'MAX':
        return this.#joined(first, second!, (a, b) => (a > b ? a : b));
      case 'MIN':
        return this.#joined(first, second!, (a, b) => (a < b ? a : b));
      case 'LOG2CEIL':
        return this.#number(
          BigInt(Math.max(0, (absolute(first) - 1n).toString(2).length * (absolute(first) > 1n ? 1 : 0))),
        );
      case 'DATA_SEGMENT_ALIGN':
        return { value: this.host.segment.start(this.#dot, absolute(first), absolute(second!)), section: 'absolute' };
      case 'DATA_SEGMENT_RELRO_END':
        return { value: this.host.segment.protectedEnd(absolute(first), absolute(second!)), section: 'absolute' };
      case 'DATA_SEGMENT_END':
        this.host.segment.close(absolute(first));
        return first;
      default: {
        const never: never = name;
        this.host.report(place, `'${never}' is not known`);
        return undefined;
      }
    }
  }

  /** Of two values in one section, or made absolute when they are in different ones. */
  #joined(left: ScriptValue, right: ScriptValue, join: (a: bigint, b: bigint) => bigint): ScriptValue {
    if (left.section === right.section || left.section === undefined || right.section === undefined)
      return { value: join(left.value, right.value), section: left.section ?? right.section };
    this.fromDot = false;
    return { value: join(absolute(left), absolute(right)), section: 'absolute' };
  }

  #named({ name, subject, place }: ScriptExpression & { kind: 'named' }): ScriptValue | undefined {
    const { host } = this;
    switch (name) {
      case 'DEFINED':
        return this.#number(host.isDefined(subject) ? 1n : 0n);
      case 'CONSTANT':
        if (subject === 'MAXPAGESIZE') return this.#number(host.pages.maximum);
        if (subject === 'COMMONPAGESIZE') return this.#number(host.pages.common);
        host.report(place, `'${subject}' is no constant: MAXPAGESIZE and COMMONPAGESIZE are`);
        return undefined;
      case 'ORIGIN':
      case 'LENGTH': {
        const region = host.regionNamed(subject);
        if (region) return name === 'ORIGIN' ? this.#address(region.origin) : this.#number(region.length);
        host.report(place, `there is no memory region '${subject}'`);
        return undefined;
      }
      default:
        return this.#ofSection(name, subject, place);
    }
  }

  #ofSection(
    name: 'ADDR' | 'LOADADDR' | 'SIZEOF' | 'ALIGNOF',
    subject: string,
    place: ScriptPlace,
  ): ScriptValue | undefined {
    if (this.host.phase === 'first') return undefined;
    const output = this.host.outputNamed(subject);
    if (!output && this.host.phase === 'final') this.host.report(place, `there is no output section '${subject}'`);
    if (name === 'SIZEOF') return this.#number(BigInt((output?.placed ? output.size : output?.sizeBefore) ?? 0));
    if (name === 'ALIGNOF') return this.#number(BigInt(output?.exists ? output.alignment : 0));
    if (!output) return undefined;
    if (name === 'ADDR') return output.placed ? { value: 0n, section: output } : undefined;
    if (!output.loadPlaced) return undefined;
    this.fromDot = false;
    // A load address that the script states is worked out again where it is asked for.
    const stated = output.description?.loadAddress;
    const value = stated && this.#value(stated);
    this.fromDot = false;
    if (stated) return value && { value: absolute(value), section: 'absolute' };
    return { value: integer.toUnsigned(output.loadAddress), section: 'absolute' };
  }
}

/** Whether a function needs no addresses. */
function isPlain(name: ValueFunction, operands: number): boolean {
  return !name.startsWith('DATA_SEGMENT') && name !== 'NEXT' && !(operands === 1 && name === 'ALIGN');
}

type Operation<T> = (a: bigint, b: bigint) => T;

const comparisons: Readonly<Record<string, Operation<boolean>>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '&&': (a, b) => a !== 0n && b !== 0n,
  '||': (a, b) => a !== 0n || b !== 0n,
};

const signed = (value: bigint): bigint => BigInt.asIntN(64, value);
const arithmetic: Readonly<Record<string, Operation<bigint>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => signed(a) / signed(b),
  '%': (a, b) => signed(a) % signed(b),
  // As the processor that ld runs on does it: only 6 bits of the count are looked at.
  '<<': (a, b) => a << (b & 63n),
  '>>': (a, b) => a >> (b & 63n),
  '&': (a, b) => a & b,
  '^': (a, b) => a ^ b,
  '|': (a, b) => a | b,
};
