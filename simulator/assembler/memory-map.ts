import type { Integer } from '../object/integer';
import * as integer from '../object/integer';
import type { ObjectSection } from '../object/relocatable';
import type { Layout, OutputSection } from './link';
import { dataSegment, type Placement, placements } from './link-layout';

/** An address that the linker itself gives a name. */
export interface ProvidedSymbol {
  readonly value: Integer;
  /** Whether it is there even when nothing uses it. */
  readonly always: boolean;
}

/** Sections in which the script assigns symbols or the location: they keep their place when they are empty. */
const assigned: ReadonlySet<string> = new Set(['.data', '.sdata', '.bss']);

/** Symbols of the script that stand at the start of a section, after its alignment, when it has contents. */
const startSymbols: Readonly<Record<string, string>> = { '.data': '__DATA_BEGIN__', '.sdata': '__SDATA_BEGIN__' };

/** Where everything stands in memory: sections by ld's default script, and the symbols that the script defines. */
export class MemoryMap {
  static readonly empty = new MemoryMap([], { textBase: 0n });

  /** Where each input section went. */
  readonly places = new Map<ObjectSection, { output: OutputSection; offset: number }>();
  readonly provided = new Map<string, ProvidedSymbol>();
  readonly #outputs: OutputSection[];

  /** Gives every output section its address and size, and puts them in order of address. */
  constructor(outputs: OutputSection[], layout: Layout) {
    this.#outputs = outputs;
    this.#assignAddresses(layout);
  }

  /** Two sections that stand in the same place, when a layout was asked for that is too narrow. */
  overlap(): readonly [OutputSection, OutputSection] | undefined {
    const filled = this.#outputs.filter((output) => output.size > 0);
    const index = filled.findIndex((output, i) => {
      const next = filled[i + 1];
      return next !== undefined && compare(integer.add(output.address, output.size), next.address) > 0;
    });
    return index < 0 ? undefined : [filled[index]!, filled[index + 1]!];
  }

  #placeInputs(output: OutputSection): void {
    let offset = 0;
    for (const input of output.inputs) {
      if (input.size > 0) offset = Math.ceil(offset / input.alignment) * input.alignment;
      this.places.set(input, { output, offset });
      offset += input.size;
    }
    output.size = offset;
  }

  #assignAddresses(layout: Layout): void {
    const order = placements(this.#outputs);
    const start = integer.fromBigint(layout.textBase);
    const base = layout.dataBase;
    let { end, dataStart } = this.#assign(order, start, base === undefined ? undefined : integer.fromBigint(base));
    const protectedStart = base === undefined ? dataSegment.protectedStart(order) : undefined;
    if (protectedStart !== undefined) ({ end } = this.#assign(order, start, protectedStart));
    else if (base === undefined && dataSegment.savesPage(dataStart, end)) {
      ({ end, dataStart } = this.#assign(order, start, 'aligned'));
    }
    this.provided.set('_end', { value: end, always: true });
    this.provided.set('end', { value: end, always: false });
    this.#outputs.sort((a, b) => compare(a.address, b.address) || order.indexOf(a) - order.indexOf(b));
  }

  /** Walks the script once; `data` says where the data segment begins (by the usual rule when undefined). */
  #assign(
    order: readonly Placement[],
    start: Integer,
    data: Integer | 'aligned' | undefined,
  ): { end: Integer; dataStart: Integer } {
    for (const output of this.#outputs) this.#placeInputs(output);
    let dot = start;
    let dataStart: Integer = 0;
    const provide = (name: string, always: boolean): void => {
      this.provided.set(name, { value: dot, always });
    };
    for (const entry of order) {
      if (typeof entry !== 'string') {
        entry.address = alignInteger(dot, entry.alignment);
        // An empty section moves nothing, unless the script assigns something in it.
        if (entry.size === 0 && !assigned.has(entry.name)) continue;
        dot = entry.address;
        const startSymbol = startSymbols[entry.name];
        if (startSymbol) provide(startSymbol, true);
        dot = integer.add(dot, entry.size);
        if (entry.name === '.bss') {
          // The script pads .bss itself.
          const end = alignInteger(dot, 8);
          entry.size = Number(integer.subtract(end, entry.address));
          dot = end;
        }
        continue;
      }
      switch (entry) {
        case 'data-segment':
          dot = data === undefined ? dataSegment.start(dot) : data === 'aligned' ? alignInteger(dot, 0x1000) : data;
          dataStart = dot;
          break;
        case 'protected-end':
          if (dataSegment.protectedStart(order) !== undefined) dot = alignInteger(dot, 0x1000);
          break;
        case 'align-end':
          dot = alignInteger(dot, 8);
          break;
        case 'global-pointer':
          this.#provideGlobalPointer(dot);
          break;
        default:
          provide(entry.replace('?', ''), !entry.endsWith('?'));
      }
    }
    return { end: dot, dataStart };
  }

  /** gp in the middle of the small data, as the default script of ld says. */
  #provideGlobalPointer(end: Integer): void {
    const small = integer.add(this.provided.get('__SDATA_BEGIN__')!.value, 0x800);
    const data = integer.add(this.provided.get('__DATA_BEGIN__')!.value, 0x800);
    const last = integer.subtract(end, 0x800);
    const high = compare(data, last) > 0 ? data : last;
    this.provided.set('__global_pointer$', {
      value: compare(small, high) < 0 ? small : high,
      always: true,
    });
  }
}

function alignInteger(value: Integer, alignment: number): Integer {
  return integer.and(integer.add(value, alignment - 1), -alignment);
}

/** Orders addresses as unsigned numbers. */
function compare(a: Integer, b: Integer): number {
  if (typeof a === 'number' && typeof b === 'number' && a >= 0 && b >= 0) return a - b;
  const [x, y] = [integer.toUnsigned(a), integer.toUnsigned(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
