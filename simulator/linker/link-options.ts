import type { UndefinedSeverity } from './reporter';
import type { LinkerScript } from './scripts/syntax';
import type { LinkSettings } from './settings';

/** Where a program is put in memory. Addresses are unsigned 64-bit. */
export interface Layout {
  /** Where `.text` begins. */
  readonly textBase: bigint;
  /** Where the writable sections begin; after the others when absent. */
  readonly dataBase?: bigint;
  /** The symbol where execution begins; `_start` when absent, and the start of `.text` when that is not defined. */
  readonly entry?: string;
}

export const defaultLayout: Layout = { textBase: 0x8020_0000n };

export interface LinkOptions {
  readonly layout?: Layout;
  /** Says what goes where; GNU ld's own layout at `layout.textBase` when absent. */
  readonly script?: LinkerScript | undefined;
  /**
   * Whether code is made shorter where its targets are near: true does all that ld does by default. When absent, nothing is
   * counted from gp in a program that never mentions `__global_pointer$`: it cannot have set gp up.
   */
  readonly relax?: boolean | undefined;
  readonly undefinedSymbols?: UndefinedSeverity;
  readonly settings?: LinkSettings | undefined;
}
