import type { Defines } from '../assembler/preprocess/macros';
import type { Place as ExpressionPlace } from '../expression/evaluate';
import { ExpressionError } from '../expression/expression-error';
import { guestBytes, guestPhysical } from '../expression/guest-address';
import { GuestEnvironment, type NamedProgram, numberIn } from '../expression/guest-environment';
import type { Space } from '../expression/syntax';
import type { CpuState } from '../hypervisor/cpu';
import type { Program } from '../object/program';
import { Symbols } from '../object/symbols';
import type { System } from '../system/system';
import type { Place } from './guest-test';
import type { SourceLine } from './result';

/** A program under test. */
export interface BuiltProgram {
  readonly program: Program;
  /** Macros of the preprocessor. */
  readonly defines: Defines;
}

/** A guest under test: its machine, and what its program calls things. */
export class TestedGuest implements NamedProgram {
  readonly symbols: Symbols;
  readonly defines: Defines;
  private readonly program: Program;

  constructor(
    readonly system: System,
    { program, defines }: BuiltProgram,
  ) {
    this.program = program;
    this.defines = defines;
    this.symbols = new Symbols(program);
  }

  /** Hart 0. */
  get firstCpu(): CpuState {
    const [cpu] = this.system.guest.cpus;
    if (!cpu) throw new RangeError('a guest has a CPU');
    return cpu;
  }

  /** What names mean at a CPU. */
  environmentOf(cpu: CpuState): GuestEnvironment {
    return new TestEnvironment(this, cpu);
  }

  /** Bytes of its memory, as many as are there. */
  read(cpu: CpuState, space: Space, address: bigint, length: number): Uint8Array {
    return guestBytes(this.system.guest, address, length, (at) => {
      if (space === 'gva') return guestPhysical(cpu, at);
      return at < 2n ** 53n ? Number(at) : undefined;
    });
  }

  /** The linked addresses at which a place is, or why there is none. A line without code stands for the next that has some, as of breakpoints. */
  addressesOf(place: Place): readonly bigint[] | string {
    if ('label' in place) {
      const symbol = this.symbols.named(place.label);
      const address = symbol ? symbol.value + place.offset : addressIn(place.label, place.offset);
      if (address === undefined) return `nothing is called '${place.label}'`;
      return address & 1n ? `an instruction begins at an even address, not at 0x${address.toString(16)}` : [address];
    }
    const { lines } = this.program;
    const files = lines.files.filter((file) => isSuffix(place.file, file));
    if (files.length === 0) return `the program has no code of a source '${place.file}'`;
    const found = files.flatMap((file) => {
      const line = lines.linesOf(file).find((each) => each >= place.line - 1);
      return line === undefined ? [] : lines.addressesOfLine(file, line);
    });
    return found.length > 0 ? found : `there is no code in line ${place.line} of '${place.file}' or after it`;
  }

  /** The physical address at which something is loaded that is linked to be at an address. */
  loadedAt(address: bigint): bigint | undefined {
    const segment = this.program.segments.find(
      (each) => address >= each.address && address < each.address + BigInt(each.memorySize),
    );
    return segment && segment.loadAddress + (address - segment.address);
  }

  /** Where a CPU stands: `loop+0x4 (guest.s:12)`. */
  describe(pc: bigint): string {
    const name = this.symbols.describe(this.linked(pc)) ?? `0x${pc.toString(16)}`;
    const line = this.lineOf(pc);
    return line ? `${name} (${line.file}:${line.line + 1})` : name;
  }

  /** The line of a source from which the code at an address comes. */
  lineOf(pc: bigint): SourceLine | undefined {
    const origin = this.program.lines.find(this.linked(pc))?.origin;
    return origin && { file: origin.file, line: origin.line };
  }

  /** An address as symbols and lines have it: of code that runs where it is loaded, where it is linked. */
  private linked(pc: bigint): bigint {
    if (this.symbols.isCode(pc)) return pc;
    const segment = this.program.segments.find(
      (each) => pc >= each.loadAddress && pc < each.loadAddress + BigInt(each.memorySize),
    );
    return segment ? segment.address + (pc - segment.loadAddress) : pc;
  }
}

class TestEnvironment extends GuestEnvironment {
  constructor(
    private readonly guest: TestedGuest,
    cpu: CpuState,
  ) {
    super(guest, cpu);
  }

  read(space: Space, address: bigint, bytes: number): bigint {
    const found = this.guest.read(this.cpu, space, address, bytes);
    if (found.length < bytes) throw new ExpressionError(`there is no memory at 0x${address.toString(16)}`);
    return numberIn(found);
  }

  write(_: ExpressionPlace): never {
    throw new ExpressionError('a test only looks');
  }
}

function addressIn(text: string, offset: bigint): bigint | undefined {
  return /^0x[\da-f]{1,16}$/i.test(text) ? BigInt(text) + offset : undefined;
}

/** Whether a path ends with another, part by part. */
function isSuffix(end: string, path: string): boolean {
  const [short, long] = [end, path].map((each) => each.replaceAll('\\', '/').replace(/^(\.\/)+/, ''));
  return long === short || (long?.endsWith(`/${short}`) ?? false);
}
