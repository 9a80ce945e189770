import { instructionNamed, type Operand, type OperandName, operandBits, operandProblem } from '../isa';
import type { Integer } from '../object/integer';
import * as integer from '../object/integer';
import { type ObjectFile, type ObjectSection, RelocationType as R, type Relocation } from '../object/relocatable';
import { high20, low12 } from './encoding';
import type { Linker } from './link';

/** An instruction and one of its operands: where a relocation writes. */
type Field = readonly [instruction: string, operand: OperandName];

/** The fields of branches and jumps. */
const targets: Readonly<Record<number, Field>> = {
  [R.Branch]: ['beq', 'target'],
  [R.Jal]: ['jal', 'target'],
  [R.RvcBranch]: ['c.beqz', 'target'],
  [R.RvcJump]: ['c.j', 'target'],
};

const loadImmediate = ['addi', 'imm'] as const;
const storeImmediate = ['sw', 'imm'] as const;
const upperImmediate = ['auipc', 'imm'] as const;

/** Whether a relocation goes through the global offset table. */
export function usesOffsetTable(type: number): boolean {
  return type === R.GotHigh20 || type === R.TlsGotHigh20;
}

/** Puts addresses into the linked sections. */
export class Relocator {
  /** The distance that the auipc at each address began, for the %pcrel_lo that names it. */
  readonly #pairs = new Map<Integer, Integer>();

  constructor(readonly linker: Linker) {}

  run(): void {
    const { linker } = this;
    for (const upper of [true, false]) {
      for (const object of linker.objects) {
        for (const section of object.sections) {
          if (!linker.placeOf(section)) continue;
          for (const relocation of section.relocations) {
            if (isUpper(relocation.type) === upper) this.#apply(object, section, relocation);
          }
        }
      }
    }
  }

  #apply(object: ObjectFile, section: ObjectSection, relocation: Relocation): void {
    const { linker } = this;
    const { type, symbol, position } = relocation;
    if (type === R.None || type === R.Relax || type === R.Align) return;
    const { output, offset: base } = linker.placeOf(section)!;
    const offset = base + relocation.offset;
    const address = integer.add(output.address, offset);
    const { bytes } = output;
    if (relocation.offset + widthOf(type) > section.size || bytes.length === 0) {
      linker.report(
        'error',
        'relocation',
        `a relocation lies outside of section '${section.name}'`,
        position,
        object.path,
      );
      return;
    }
    const target = linker.target(relocation);
    if (!target) {
      if (symbol.section === 'undefined') linker.reportUndefined(symbol, position, object.path);
      // The second instruction of a pair has nothing more to say about it.
      if (isUpper(type)) this.#pairs.set(address, 0);
      return;
    }
    const { value } = target;
    const field = (word: Field, content: number): void => writeField(bytes, offset, word, content);
    switch (type) {
      case R.Absolute32:
        writeData(bytes, offset, value, 4);
        return;
      case R.Absolute64:
        writeData(bytes, offset, value, 8);
        return;
      case R.Branch:
      case R.Jal:
      case R.RvcBranch:
      case R.RvcJump:
        this.#writeTarget(object, relocation, bytes, offset, integer.subtract(value, address));
        return;
      case R.Call:
      case R.CallPlt:
        this.#writeCall(object, relocation, bytes, offset, integer.subtract(value, address), target.weak);
        return;
      case R.PcrelHigh20:
        this.#writePcrel(object, relocation, bytes, offset, address, value);
        return;
      case R.GotHigh20:
      case R.TlsGotHigh20: {
        const slot = linker.slotAddress(symbol)!;
        this.#writeUpper(object, relocation, bytes, offset, address, integer.subtract(slot, address));
        return;
      }
      case R.PcrelLow12I:
      case R.PcrelLow12S: {
        const distance = this.#pairs.get(integer.subtract(value, relocation.addend));
        if (distance === undefined) {
          const message = `'%pcrel_lo' needs the label of an instruction with '%pcrel_hi'`;
          linker.report('error', 'pcrel-lo', message, position, object.path);
          return;
        }
        field(type === R.PcrelLow12I ? loadImmediate : storeImmediate, low12(integer.add(distance, relocation.addend)));
        return;
      }
      case R.High20:
        if (!fitsUpper(value)) {
          const message = `the address ${integer.toHex(value)} of '${symbol.name}' is beyond what lui reaches (32 bits, signed)`;
          linker.report('error', 'relocation-range', message, position, object.path);
        }
        field(upperImmediate, high20(value));
        return;
      case R.Low12I:
        field(loadImmediate, low12(value));
        return;
      case R.Low12S:
        field(storeImmediate, low12(value));
        return;
      case R.Pcrel32:
        writeData(bytes, offset, integer.subtract(value, address), 4);
        return;
      case R.TprelAdd:
        return;
      default:
        if (!applyArithmetic(bytes, offset, type, value)) {
          linker.report('error', 'relocation', `relocation type ${type} is not supported`, position, object.path);
        }
    }
  }

  #writeTarget(object: ObjectFile, relocation: Relocation, bytes: Uint8Array, offset: number, distance: Integer): void {
    const word = targets[relocation.type]!;
    const operand = operandNamed(word[0], word[1]);
    const problem = operandProblem(operand, Number(distance));
    if (problem) {
      const name = relocation.symbol.name ? `'${relocation.symbol.name}': ` : '';
      this.linker.report('error', 'branch-range', `${name}${problem}`, relocation.position, object.path);
      return;
    }
    writeField(bytes, offset, word, Number(distance));
  }

  #writeCall(
    object: ObjectFile,
    relocation: Relocation,
    bytes: Uint8Array,
    offset: number,
    distance: Integer,
    weak: boolean,
  ): void {
    if (weak) {
      // A missing weak function is at 0: jalr goes there by way of x0.
      writeField(bytes, offset, upperImmediate, 0);
      writeWord(bytes, offset + 4, readWord(bytes, offset + 4) & ~(0x1f << 15));
      return;
    }
    if (!fitsUpper(distance)) {
      this.#tooFar(object, relocation, distance);
      return;
    }
    writeField(bytes, offset, upperImmediate, high20(distance));
    writeField(bytes, offset + 4, loadImmediate, low12(distance));
  }

  #writePcrel(
    object: ObjectFile,
    relocation: Relocation,
    bytes: Uint8Array,
    offset: number,
    address: Integer,
    value: Integer,
  ): void {
    const distance = integer.subtract(value, address);
    if (!fitsUpper(distance) && fitsUpper(value)) {
      // A low address that is too far for auipc: lui reaches it.
      writeWord(bytes, offset, (readWord(bytes, offset) & 0xfff & ~0x7f) | 0x37);
      writeField(bytes, offset, upperImmediate, high20(value));
      this.#pairs.set(address, value);
      return;
    }
    this.#writeUpper(object, relocation, bytes, offset, address, distance);
  }

  #writeUpper(
    object: ObjectFile,
    relocation: Relocation,
    bytes: Uint8Array,
    offset: number,
    address: Integer,
    distance: Integer,
  ): void {
    this.#pairs.set(address, distance);
    if (!fitsUpper(distance)) this.#tooFar(object, relocation, distance);
    else writeField(bytes, offset, upperImmediate, high20(distance));
  }

  #tooFar(object: ObjectFile, relocation: Relocation, distance: Integer): void {
    const message = `'${relocation.symbol.name}' is ${distance} bytes away: auipc reaches 2 GiB in each direction`;
    this.linker.report('error', 'relocation-range', message, relocation.position, object.path);
  }
}

function isUpper(type: number): boolean {
  return type === R.PcrelHigh20 || usesOffsetTable(type);
}

/** Whether upper 20 and lower 12 bits together give the value. */
function fitsUpper(value: Integer): boolean {
  return integer.fitsSigned(integer.add(value, 0x800), 32);
}

function widthOf(type: number): number {
  if (type === R.Absolute64 || type === R.Add64 || type === R.Sub64 || type === R.Call || type === R.CallPlt) return 8;
  if (type === R.Add8 || type === R.Sub8 || type === R.Set8 || type === R.Set6 || type === R.Sub6) return 1;
  if (type === R.Add16 || type === R.Sub16 || type === R.Set16 || type === R.RvcBranch || type === R.RvcJump) return 2;
  return 4;
}

const sizes: Readonly<Record<number, readonly ['add' | 'subtract' | 'set', number]>> = {
  [R.Add8]: ['add', 1],
  [R.Add16]: ['add', 2],
  [R.Add32]: ['add', 4],
  [R.Add64]: ['add', 8],
  [R.Sub8]: ['subtract', 1],
  [R.Sub16]: ['subtract', 2],
  [R.Sub32]: ['subtract', 4],
  [R.Sub64]: ['subtract', 8],
  [R.Set8]: ['set', 1],
  [R.Set16]: ['set', 2],
  [R.Set32]: ['set', 4],
};

/** The relocations that add to, subtract from or set data; false for any other. */
function applyArithmetic(bytes: Uint8Array, offset: number, type: number, value: Integer): boolean {
  if (type === R.Set6 || type === R.Sub6) {
    const old = bytes[offset]!;
    const low = type === R.Set6 ? integer.lowWord(value) : (old & 0x3f) - integer.lowWord(value);
    bytes[offset] = (old & 0xc0) | (low & 0x3f);
    return true;
  }
  const entry = sizes[type];
  if (!entry) return false;
  const [operation, size] = entry;
  const old = readData(bytes, offset, size);
  const result =
    operation === 'set' ? value : operation === 'add' ? integer.add(old, value) : integer.subtract(old, value);
  writeData(bytes, offset, result, size);
  return true;
}

/** Writes one operand field of an instruction in place. */
function writeField(bytes: Uint8Array, offset: number, [name, operandName]: Field, value: number): void {
  const { length } = instructionNamed(name);
  const operand = operandNamed(name, operandName);
  const mask = operand.runs.reduce((bits, { wordLow, width }) => bits | ((2 ** width - 1) << wordLow), 0);
  const old = length === 2 ? bytes[offset]! | (bytes[offset + 1]! << 8) : readWord(bytes, offset);
  const word = (old & ~mask) | operandBits(operand, value);
  for (let i = 0; i < length; i++) bytes[offset + i] = word >>> (8 * i);
}

function operandNamed(instruction: string, name: OperandName): Operand {
  const operand = instructionNamed(instruction).operands.find((candidate) => candidate.name === name);
  if (!operand) throw new Error(`'${instruction}' has no operand '${name}'`);
  return operand;
}

function readWord(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24);
}

function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[offset + i] = word >>> (8 * i);
}

function readData(bytes: Uint8Array, offset: number, size: number): Integer {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i]!);
  return integer.fromBigint(value);
}

function writeData(bytes: Uint8Array, offset: number, value: Integer, size: number): void {
  const low = integer.lowWord(value);
  const high = integer.highWord(value);
  for (let i = 0; i < size; i++) bytes[offset + i] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4));
}
