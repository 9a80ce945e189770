import {
  type Decoded,
  decode,
  type Float,
  type FloatExecution,
  type FloatFormat,
  type FloatOperands,
  type IntegerFormat,
  type OperandName,
  RoundingMode,
} from '../../isa';
import type { ExecutingHart } from '../hart/executing-hart';
import { fromWords, type HartState, highWord, lowWord } from '../hart/hart-state';
import { FLOAT_REGISTERS, HartLayout } from '../layout';
import { prepareFloat } from './float-state';
import { type FloatEnvironment, SoftFloat } from './soft-float';

/** What a register holds above a single-precision number. */
const NAN_BOX = 0xffffffff00000000n;

/** Most decoded words that are remembered. */
const MAXIMUM_KNOWN = 4096;

/** Evaluates floating-point instructions exactly, by the same semantics from which fast code is made. */
export class FloatInstructions {
  /** What words are that have been decoded. */
  private readonly known = new Map<number, Decoded | undefined>();

  constructor(private readonly hart: ExecutingHart) {}

  /** @param word the whole instruction */
  execute(word: number): void {
    const { hart } = this;
    const { state } = hart;
    const decoded = this.decoded(word);
    const semantics = decoded?.instruction.semantics;
    const mode = decoded && roundingModeOf(decoded, state);
    const isReady = semantics && 'float' in semantics && mode !== undefined && prepareFloat(state);
    if (!isReady) {
      hart.raiseIllegal(word);
      return;
    }
    const environment: FloatEnvironment = { mode, flags: 0 };
    const result = semantics.float(new SlowFloatExecution(decoded, state, environment));
    writeResult(state, decoded.fields.rd ?? 0, result);
    state.set(HartLayout.fcsr, state.get(HartLayout.fcsr) | environment.flags);
    hart.advance(4);
  }

  private decoded(word: number): Decoded | undefined {
    if (!this.known.has(word)) {
      if (this.known.size >= MAXIMUM_KNOWN) this.known.clear();
      this.known.set(word, decode(word));
    }
    return this.known.get(word);
  }
}

/** The mode in which an instruction rounds; undefined for a reserved one. */
function roundingModeOf({ fields: { rm } }: Decoded, state: HartState): number | undefined {
  if (rm === undefined) return RoundingMode.rne;
  const mode = rm === RoundingMode.dyn ? (state.get(HartLayout.fcsr) >> 5) & 7 : rm;
  return mode <= RoundingMode.rmm ? mode : undefined;
}

function writeResult(state: HartState, rd: number, result: Float<bigint> | bigint): void {
  if (typeof result === 'bigint') {
    state.setRegister(rd, lowWord(result), highWord(result));
    return;
  }
  const { format, bits } = result as SoftFloat;
  const register = format === 'single' ? bits | NAN_BOX : bits;
  state.setRegister(FLOAT_REGISTERS + rd, lowWord(register), highWord(register));
}

class SlowFloatExecution implements FloatExecution<bigint> {
  readonly single: FloatOperands<bigint>;
  readonly double: FloatOperands<bigint>;

  constructor(decoded: Decoded, state: HartState, environment: FloatEnvironment) {
    this.single = new SlowOperands('single', decoded, state, environment);
    this.double = new SlowOperands('double', decoded, state, environment);
  }
}

class SlowOperands implements FloatOperands<bigint> {
  constructor(
    private readonly format: FloatFormat,
    private readonly decoded: Decoded,
    private readonly state: HartState,
    private readonly environment: FloatEnvironment,
  ) {}

  get rs1(): SoftFloat {
    return this.number('rs1');
  }

  get rs2(): SoftFloat {
    return this.number('rs2');
  }

  get rs3(): SoftFloat {
    return this.number('rs3');
  }

  fromInteger(format: IntegerFormat): SoftFloat {
    const register = this.register(this.decoded.fields.rs1 ?? 0);
    const bits = format === 'w' || format === 'wu' ? 32 : 64;
    const isSigned = format === 'w' || format === 'l';
    const value = isSigned ? BigInt.asIntN(bits, register) : BigInt.asUintN(bits, register);
    return SoftFloat.fromInteger(this.format, value, this.environment);
  }

  private number(operand: OperandName): SoftFloat {
    const register = this.register(FLOAT_REGISTERS + (this.decoded.fields[operand] ?? 0));
    if (this.format === 'double') return new SoftFloat('double', register, this.environment);
    if (register < NAN_BOX) return SoftFloat.canonicalNaN('single', this.environment);
    return new SoftFloat('single', register - NAN_BOX, this.environment);
  }

  private register(index: number): bigint {
    return fromWords(this.state.registerLow(index), this.state.registerHigh(index));
  }
}
