import type { ObjectFile } from '../object/elf/relocatable';
import type { FileLayout } from './layout/file-layout';
import type { Layout, LinkOptions } from './link-options';
import type { LinkReporter } from './reporter';
import type { ScriptLayout } from './scripts/layout';
import type { PlacedScript } from './scripts/placed-script';
import type { LinkerScript } from './scripts/syntax';
import type { InputSection, OutputSection } from './sections/sections';
import type { LinkSettings } from './settings';
import type { HashOrder } from './symbols/hash-order';
import type { Resolver } from './symbols/resolver';
import type { LinkSymbols } from './symbols/symbols';

/** A link as far as it has come. Each of its steps (link.ts has their order) takes the parts that it needs. */
export interface LinkState {
  readonly options: LinkOptions;
  readonly settings: LinkSettings;
  readonly layout: Layout;
  readonly script: LinkerScript;
  readonly reporter: LinkReporter;
  readonly objects: readonly ObjectFile[];
  readonly symbols: LinkSymbols;
  readonly resolver: Resolver;
  /** All input sections, in the order of files and of sections in them. */
  readonly inputs: readonly InputSection[];
  readonly placed: PlacedScript;
  /** Undefined before the layout begins. */
  readonly scriptLayout: ScriptLayout | undefined;
  /** The output sections of the program, in the order of the file. */
  readonly outputs: readonly OutputSection[];
  /** ELF e_flags of the program. */
  readonly flags: number;
  /** The order in which ld goes through the symbols. */
  readonly hashOrder: HashOrder;
  /** Whether the script gives a symbol its value. */
  isScriptDefined(name: string): boolean;
  /** Whether the script says that a symbol is known in the program only: once is enough, also where an object defines it. */
  isScriptHidden(name: string): boolean;
  /** Where everything is in the file; worked out once, when something asks. */
  fileLayout(): FileLayout;
}
