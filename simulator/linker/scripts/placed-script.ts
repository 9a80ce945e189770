import type { InputSection, OutputSection } from '../sections/sections';
import type { Assertion, Assignment, InputDescription } from './syntax';

/** A step of the layout: an output section, or a statement between them. */
export type LayoutNode =
  | { readonly kind: 'output'; readonly output: OutputSection }
  | { readonly kind: 'statement'; readonly statement: Assignment | Assertion };

/** What a script makes of a link's sections, before anything has an address. */
export interface PlacedScript {
  readonly nodes: LayoutNode[];
  /** In the order of the script. */
  readonly outputs: readonly OutputSection[];
  /** Those that are there, in the order of the file: that in which they began to be. */
  readonly inFile: readonly OutputSection[];
  /** The input sections that the script does not name. */
  readonly orphans: readonly InputSection[];
  /** Names of files in the script that no file has. */
  readonly unmatchedFiles: readonly InputDescription[];
}
