import type { Signature } from '../wasm/function';
import { Type } from '../wasm/opcodes';

/**
 * Called with the hart, the budget, the virtual address of the page of pc, and the record of the entry (see `TranslationLayout`).
 * Leaves pc and budget in the hart's block; 1 when the interpreter is to do the instruction at pc itself, else 0.
 */
export const regionSignature: Signature = {
  parameters: [Type.i32, Type.i32, Type.i64, Type.i32],
  results: [Type.i32],
};
