import { high20, low12 } from '../../assembler/encode/encoding';
import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import { RelocationType as R, type Relocation, SectionFlag } from '../../object/elf/relocatable';
import type { LinkState } from '../link-state';
import { moduleThreadOffset, tableName, usesOffsetTable } from '../sections/offset-table';
import type { InputSection } from '../sections/sections';
import {
  clearBaseRegister,
  compressedLuiToLi,
  fieldOf,
  makeLui,
  reachProblem,
  readData,
  readUleb,
  setBaseRegister,
  writeData,
  writeField,
  writeUleb,
} from './relocation-fields';

type RelocationParts = Pick<LinkState, 'inputs' | 'resolver' | 'reporter' | 'symbols' | 'settings'>;

const globalPointer = 3;
const threadPointer = 4;
const farHelp = 'auipc reaches 2 GiB in each direction; a code model or layout that puts them nearer helps';

/** A relocation while it is applied. */
interface Site {
  readonly input: InputSection;
  readonly relocation: Relocation;
  readonly bytes: Uint8Array;
  /** In the section's bytes. */
  readonly offset: number;
  readonly address: Integer;
}

/** Puts addresses into the linked sections. */
export class Relocator {
  /** The distance that the auipc at each address began, for the %pcrel_lo that names it. */
  readonly #pairs = new Map<Integer, Integer>();

  constructor(readonly link: RelocationParts) {}

  run(): void {
    const inputs = this.link.inputs.filter(({ output }) => output);
    // Low parts of addresses look up what the upper parts found.
    for (const upper of [true, false]) {
      for (const input of inputs) {
        for (const relocation of input.relocations) {
          if (isUpper(relocation.type) === upper) this.#apply(input, relocation);
        }
      }
    }
  }

  #apply(input: InputSection, relocation: Relocation): void {
    const { type } = relocation;
    if (type === R.None || type === R.Relax || type === R.Align || type === R.TprelAdd) return;
    if (this.link.resolver.dynamic?.isPending(input, type)) return;
    const { reporter } = this.link;
    const { bytes } = input;
    const start = input.moved(relocation.offset);
    if (start + widthOf(type) > bytes.length) {
      reporter.relocation(input, relocation, 'relocation', `a relocation lies outside of section '${input.name}'`);
      return;
    }
    const site: Site = { input, relocation, bytes, offset: start, address: integer.add(input.address, start) };
    const target = this.#target(site);
    // The second instruction of a pair has nothing more to say about it.
    if (!target && isUpper(type)) this.#pairs.set(site.address, 0);
    if (target) this.#write(site, target.value, target.weak);
  }

  #target(site: Site): { value: Integer; weak: boolean } | undefined {
    const { link } = this;
    const { input, relocation } = site;
    const target = link.resolver.target(relocation);
    if (target) return target;
    const { symbol } = relocation;
    if (symbol.name === tableName && link.resolver.table) {
      const place = link.resolver.inputOf(link.resolver.table.section);
      if (place) return { value: integer.add(place.address, relocation.addend), weak: false };
    }
    const isUndefined = link.symbols.definitionOf(symbol).section === 'undefined';
    if (isUndefined) link.reporter.undefinedSymbol(input, relocation, (name) => link.symbols.suggestionsFor(name));
    else if (
      input.source.flags & SectionFlag.Alloc &&
      symbol.name !== '' &&
      symbol.type !== 'section' &&
      !isTable(input)
    ) {
      const message = `'${symbol.name}' is defined in a section that is not in the program`;
      link.reporter.relocation(input, relocation, 'discarded-section', message);
    }
    if (!isUndefined) clearField(site);
    return undefined;
  }

  #write(site: Site, value: Integer, weak: boolean): void {
    const { bytes, offset, address, relocation } = site;
    switch (relocation.type) {
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
        this.#writeTarget(site, integer.subtract(value, address));
        return;
      case R.Call:
      case R.CallPlt:
        this.#writeCall(site, integer.subtract(value, address), weak);
        return;
      case R.PcrelHigh20:
        this.#writePcrel(site, value);
        return;
      case R.GotHigh20:
      case R.TlsGotHigh20:
      case R.TlsGlobalDynamicHigh20:
        this.#writeUpper(site, integer.subtract(this.link.resolver.slotAddress(relocation)!, address));
        return;
      case R.PcrelLow12I:
      case R.PcrelLow12S:
        this.#writePcrelLow(site, value);
        return;
      case R.High20:
        if (this.link.settings.positionIndependent)
          this.#report(
            site,
            'relocation',
            `lui gives a fixed address, and the program runs at any: compile with -fPIE`,
          );
        this.#writeHigh(site, value);
        return;
      case R.TprelHigh20:
        this.#writeHigh(site, this.link.resolver.threadOffset(value));
        return;
      case R.RvcLui:
        this.#writeCompressedUpper(site, value);
        return;
      case R.Low12I:
      case R.Low12S:
        writeField(bytes, offset, fieldOf(relocation.type), low12(value));
        return;
      case R.TprelLow12I:
      case R.TprelLow12S:
        writeField(bytes, offset, fieldOf(relocation.type), low12(this.link.resolver.threadOffset(value)));
        return;
      case R.TprelI:
      case R.TprelS:
        this.#writeBased(site, this.link.resolver.threadOffset(value), threadPointer);
        return;
      case R.GprelI:
      case R.GprelS:
        this.#writeGlobal(site, value);
        return;
      case R.Pcrel32:
      case R.Plt32:
        writeData(bytes, offset, integer.subtract(value, address), 4);
        return;
      case R.TlsDtpRelative32:
      case R.TlsDtpRelative64: {
        const inModule = integer.subtract(this.link.resolver.threadOffset(value), moduleThreadOffset);
        writeData(bytes, offset, inModule, relocation.type === R.TlsDtpRelative32 ? 4 : 8);
        return;
      }
      default:
        if (!applyArithmetic(bytes, offset, relocation.type, value))
          this.#report(site, 'relocation', `relocation type ${relocation.type} is not supported in a static program`);
    }
  }

  #report({ input, relocation }: Site, code: string, message: string): void {
    this.link.reporter.relocation(input, relocation, code, message);
  }

  #writeTarget(site: Site, distance: Integer): void {
    const { type, symbol } = site.relocation;
    const problem = reachProblem(type, Number(distance));
    if (problem) this.#report(site, 'branch-range', symbol.name ? `'${symbol.name}': ${problem}` : problem);
    else writeField(site.bytes, site.offset, fieldOf(type), Number(distance));
  }

  #writeCall(site: Site, distance: Integer, weak: boolean): void {
    const { bytes, offset } = site;
    if (weak) {
      // A missing weak function is at 0: jalr goes there by way of x0.
      writeField(bytes, offset, fieldOf(R.PcrelHigh20), 0);
      clearBaseRegister(bytes, offset + 4);
      return;
    }
    if (!fitsUpper(distance)) {
      this.link.reporter.tooFar(site.input, site.relocation, distance, 'relocation-range', farHelp);
      return;
    }
    writeField(bytes, offset, fieldOf(R.PcrelHigh20), high20(distance));
    writeField(bytes, offset + 4, fieldOf(R.Low12I), low12(distance));
  }

  #writePcrel(site: Site, value: Integer): void {
    const { bytes, offset, address, relocation } = site;
    // What counts is the symbol itself, as for ld.
    const base = integer.subtract(value, relocation.addend);
    if (fitsUpper(integer.subtract(base, address)) || !fitsUpper(base)) {
      this.#writeUpper(site, integer.subtract(value, address));
      return;
    }
    // A low address that is too far for auipc: lui reaches it.
    this.#pairs.set(address, value);
    makeLui(bytes, offset);
    this.#writeHigh(site, value);
  }

  #writeUpper(site: Site, distance: Integer): void {
    this.#pairs.set(site.address, distance);
    if (fitsUpper(distance)) writeField(site.bytes, site.offset, fieldOf(R.PcrelHigh20), high20(distance));
    else this.link.reporter.tooFar(site.input, site.relocation, distance, 'relocation-range', farHelp);
  }

  #writePcrelLow(site: Site, value: Integer): void {
    const { addend, type } = site.relocation;
    const distance = this.#pairs.get(integer.subtract(value, addend));
    if (distance === undefined) {
      this.#report(site, 'pcrel-lo', `'%pcrel_lo' needs the label of an instruction with '%pcrel_hi'`);
      return;
    }
    writeField(site.bytes, site.offset, fieldOf(type), low12(integer.add(distance, addend)));
  }

  #writeHigh(site: Site, value: Integer): void {
    if (!fitsUpper(value)) {
      const message = `the address ${integer.toHex(value)} of '${site.relocation.symbol.name}' is beyond what lui reaches (32 bits, signed); 'la', which counts from pc, reaches it`;
      this.#report(site, 'relocation-range', message);
    }
    writeField(site.bytes, site.offset, fieldOf(R.High20), high20(value));
  }

  #writeCompressedUpper(site: Site, value: Integer): void {
    const high = (high20(value) << 12) >> 12;
    if (high === 0) {
      // The address came below 0x800, and c.lui has no 0.
      compressedLuiToLi(site.bytes, site.offset);
      return;
    }
    if (high < -32 || high > 31)
      this.#report(
        site,
        'relocation-range',
        `the address ${integer.toHex(value)} is beyond what c.lui reaches (18 bits, signed)`,
      );
    else writeField(site.bytes, site.offset, ['c.lui', 'imm'], high & 0xfffff);
  }

  /** An address near gp, or near 0. */
  #writeGlobal(site: Site, value: Integer): void {
    const pointer = this.link.resolver.resolveName('__global_pointer$')?.value ?? 0;
    if (integer.fitsSigned(value, 12)) this.#writeBased(site, value, 0);
    else {
      this.#writeBased(site, integer.subtract(value, pointer), globalPointer);
      if (!this.link.symbols.globals.has('__global_pointer$'))
        this.link.reporter.pointerNotSet(site.input, site.relocation);
    }
  }

  #writeBased(site: Site, distance: Integer, base: number): void {
    const { bytes, offset, relocation } = site;
    if (!integer.fitsSigned(distance, 12)) {
      this.link.reporter.tooFar(
        site.input,
        relocation,
        distance,
        'relocation-range',
        `12 bits, signed, reach it; link without relaxation`,
      );
      return;
    }
    setBaseRegister(bytes, offset, base);
    const isStore = relocation.type === R.GprelS || relocation.type === R.TprelS;
    writeField(bytes, offset, fieldOf(isStore ? R.Low12S : R.Low12I), Number(distance));
  }
}

/** What refers to a section that was left out becomes 0; a range of addresses 1, since two zeros would end their list. */
function clearField({ input, relocation, bytes, offset }: Site): void {
  const { type } = relocation;
  if (type === R.Set6 || type === R.Sub6) {
    bytes[offset]! &= 0xc0;
    return;
  }
  const size = type === R.Absolute32 ? 4 : type === R.Absolute64 ? 8 : sizes[type]?.[1];
  if (size === undefined) return;
  bytes.fill(0, offset, offset + size);
  if (input.name === '.debug_ranges') bytes[offset] = 1;
}

/** Tables of the exception handling name functions of groups that were dropped. */
function isTable({ name }: InputSection): boolean {
  return name === '.eh_frame' || name.startsWith('.gcc_except_table');
}

function isUpper(type: number): boolean {
  return type === R.PcrelHigh20 || usesOffsetTable(type);
}

/** Whether upper 20 and lower 12 bits together give the value. */
function fitsUpper(value: Integer): boolean {
  return integer.fitsSigned(integer.add(value, 0x800), 32);
}

function widthOf(type: number): number {
  switch (type) {
    case R.Absolute64:
    case R.Add64:
    case R.Sub64:
    case R.TlsDtpRelative64:
    case R.Call:
    case R.CallPlt:
      return 8;
    case R.Add8:
    case R.Sub8:
    case R.Set8:
    case R.Set6:
    case R.Sub6:
    case R.SetUleb128:
    case R.SubUleb128:
      return 1;
    case R.Add16:
    case R.Sub16:
    case R.Set16:
    case R.RvcBranch:
    case R.RvcJump:
    case R.RvcLui:
      return 2;
    default:
      return 4;
  }
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
  if (type === R.SetUleb128) return writeUleb(bytes, offset, value);
  if (type === R.SubUleb128) return writeUleb(bytes, offset, integer.subtract(readUleb(bytes, offset), value));
  const entry = sizes[type];
  if (!entry) return false;
  const [operation, size] = entry;
  const old = readData(bytes, offset, size);
  const result =
    operation === 'set' ? value : operation === 'add' ? integer.add(old, value) : integer.subtract(old, value);
  writeData(bytes, offset, result, size);
  return true;
}
