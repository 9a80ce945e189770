import { type MemoryInstruction, memoryInstruction } from '../../core/index';
import { type Decoded, decode } from '../../isa/index';

/** What a word means, and what it wants of memory. */
export interface KnownInstruction {
  readonly decoded: Decoded | undefined;
  readonly memory: MemoryInstruction | undefined;
}

const MOST = 4096;

/** What the instructions that exit mean, by their bits: guests exit at the same few places again and again. */
export class InstructionCache {
  private readonly known = new Map<number, KnownInstruction>();

  find(word: number): KnownInstruction {
    const found = this.known.get(word);
    if (found) return found;
    if (this.known.size >= MOST) this.known.clear();
    const made = { decoded: decode(word), memory: memoryInstruction(word) };
    this.known.set(word, made);
    return made;
  }
}
