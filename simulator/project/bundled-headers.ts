import { HEADER_NAME, HEADER_URI, headerText } from '../hypercalls/header';

/** A header that comes with this program: sources include it by its name, wherever they are. */
export interface BundledHeader {
  readonly name: string;
  /** As editors open it. */
  readonly uri: string;
  readonly text: string;
}

const bundled: readonly BundledHeader[] = [{ name: HEADER_NAME, uri: HEADER_URI, text: headerText() }];

/** The header that an include of a path means where no file of that path is found. */
export const bundledHeader = (path: string): BundledHeader | undefined => bundled.find(({ name }) => name === path);

/** The text of one of them. */
export const bundledText = (uri: string): string | undefined => bundled.find((header) => header.uri === uri)?.text;
