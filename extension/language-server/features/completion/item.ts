import type { CompletionItemKind } from 'vscode-languageserver';

/** What an item is, so that its documentation can be made when it is looked at. */
export interface ItemData {
  readonly kind: 'mnemonic' | 'directive' | 'register' | 'csr' | 'relocation' | 'macro' | 'define' | 'symbol';
  readonly name: string;
  /** The document that it was offered in. */
  readonly uri?: string;
}

/** An item before its place in the text is known. */
export interface Offer {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string;
  /** Shown behind the label: the section of a symbol. */
  readonly description?: string;
  /** What is written for it: the label when absent. */
  readonly text?: string;
  /** The same with places for operands, for clients that know them. */
  readonly snippet?: string;
  /** Groups of items, in this order. */
  readonly rank: number;
  /** The order in a group: the label when absent. */
  readonly order?: string;
  readonly data?: ItemData['kind'];
  readonly deprecated?: boolean;
  /** Whether more can be chosen behind it, as in a folder. */
  readonly goesOn?: boolean;
}

/** The operands of a syntax as places to fill in: 'rd, imm(rs1)' becomes '${1:rd}, ${2:imm}(${3:rs1})'. Optional ones are left out. */
export function snippetOf(syntax: string, isPlace: (word: string) => boolean = () => true): string {
  let plain = syntax;
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(/\[[^[\]]*\]/g, '');
  }
  if (plain.includes(' | ')) return '';
  plain = plain.replace(/,?\s*\.\.\./g, '').trim();
  let count = 0;
  return plain.replace(/[@%]?[A-Za-z_]\w*( [a-z]\w*)*(\|[\w|]+)?/g, (word) => {
    if (!isPlace(word)) return word;
    count++;
    return word.includes('|') ? `\${${count}|${word.replace(/\|/g, ',')}|}` : `\${${count}:${word}}`;
  });
}

/** Text that a snippet shows as it is. */
export function snippetText(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
