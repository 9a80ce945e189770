/** Where discovery reads guest code: the pages that a hart can execute right now, and that have been executed before. */

import {
  type Decoded,
  decode,
  expand,
  type Fields,
  type Instruction,
  roundsSlowly,
  systemOperationOf,
} from '../../isa';
import { FRAME } from '../../mmu/address';
import type { HartState } from '../hart/hart-state';
import type { DecodedCode } from '../interpreter/decoded-code';
import { FastPathLayout, HartLayout } from '../layout';
import type { PhysicalMemory } from '../memory/ram';
import { inlineCsrOf } from './inline-csr';
import { pageOf, type RegionInstruction, type RegionPage } from './region';

/** What follows an instruction, as discovery has to know it. */
export type Flow = 'next' | 'branch' | 'jump' | 'call' | 'indirect' | 'indirect call';

export function flowOf(instruction: Instruction, fields: Fields): Flow {
  const { rd } = fields;
  if (instruction.jump === 'relative') return rd ? 'call' : 'jump';
  if (instruction.jump === 'indirect') return rd ? 'indirect call' : 'indirect';
  return fields.target === undefined ? 'next' : 'branch';
}

/** Whether the interpreter has slow code do an instruction. */
function isSlow(decoded: Decoded): boolean {
  const isSystem = systemOperationOf(decoded.instruction) !== undefined && inlineCsrOf(decoded) === undefined;
  return isSystem || roundsSlowly(decoded);
}

export class CodeSource {
  readonly pages = new Map<number, RegionPage>();
  private readonly known = new Map<number, RegionInstruction | undefined>();

  /**
   * @param originLow, originHigh the virtual address from which offsets count; the start of a page
   * @param isStop whether the instruction at an offset in RAM has to be seen by the interpreter: there may be a breakpoint
   */
  constructor(
    private readonly state: HartState,
    private readonly ram: PhysicalMemory,
    private readonly decoded: DecodedCode,
    private readonly originLow: number,
    private readonly originHigh: number,
    private readonly isStop: (ramOffset: number) => boolean,
  ) {}

  /** The instruction at an offset, if it can be translated. */
  instructionAt(offset: number): RegionInstruction | undefined {
    if (!this.known.has(offset)) this.known.set(offset, this.read(offset));
    return this.known.get(offset);
  }

  /** The next instruction after one that slow code does; undefined when there is none at the offset. */
  afterSystemInstruction(offset: number): number | undefined {
    const word = this.wordAt(offset);
    if (word === undefined) return undefined;
    const decodedWord = decode(word);
    if (!decodedWord) return undefined;
    if (!isSlow(expand(decodedWord))) return undefined;
    return offset + ((word & 3) === 3 ? 4 : 2);
  }

  private read(offset: number): RegionInstruction | undefined {
    const word = this.wordAt(offset);
    if (word === undefined) return undefined;
    const decodedWord = decode(word);
    if (!decodedWord) return undefined;
    const expanded = expand(decodedWord);
    if (isSlow(expanded)) return undefined;
    const { instruction, fields } = expanded;
    const length = (word & 3) === 3 ? 4 : 2;
    return { instruction, fields, length, offset, crosses: pageOf(offset + length - 1) !== pageOf(offset) };
  }

  private wordAt(offset: number): number | undefined {
    const page = this.pageAt(pageOf(offset));
    if (!page) return undefined;
    const ramOffset = page.ramPage * FRAME + (offset - page.offset);
    if (this.isStop(ramOffset)) return undefined;
    const address = this.ram.base + ramOffset;
    const low = this.ram.read16(address);
    if ((low & 3) !== 3) return low;
    if (offset - page.offset !== FRAME - 2) return low | (this.ram.read16(address + 2) << 16);
    const next = this.pageAt(pageOf(offset + 2));
    return next && low | (this.ram.read16(this.ram.base + next.ramPage * FRAME) << 16);
  }

  /** Pages come from the hart's execute table alone: asking for others would be an access of the guest's. */
  private pageAt(offset: number): RegionPage | undefined {
    const known = this.pages.get(offset);
    if (known) return known;
    const sum = (this.originLow >>> 0) + offset;
    const low = sum | 0;
    const high = (this.originHigh + Math.floor(sum / 2 ** 32)) | 0;
    const { state } = this;
    const entry = HartLayout.executeTable + ((low >>> 12) % FastPathLayout.entries) * FastPathLayout.entrySize;
    const tag = low | state.get(HartLayout.fetchContext);
    if (state.get(entry + FastPathLayout.tag) !== tag || state.get(entry + FastPathLayout.tag + 4) !== high) return;
    const decodedPage = state.get(entry + FastPathLayout.decodedPage);
    const ramPage = this.decoded.ramPageOf(decodedPage);
    if (ramPage === undefined) return undefined;
    const page = { offset, ramPage, decodedPage };
    this.pages.set(offset, page);
    return page;
  }
}
