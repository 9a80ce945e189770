import { ByteReader } from '../bytes/reader';

export interface Specification {
  readonly attribute: number;
  readonly form: number;
  /** Of DW_FORM_implicit_const: the value, which stands here. */
  readonly constant?: number;
}

/** What entries of one code are made of. */
export interface Abbreviation {
  readonly code: number;
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly specifications: readonly Specification[];
}

const IMPLICIT_CONSTANT = 0x21;

/** The abbreviations of a unit, by their place in .debug_abbrev. Throws FormatError. */
export function* eachAbbreviation(table: Uint8Array, offset: number): Generator<Abbreviation> {
  const reader = new ByteReader(table, 'section .debug_abbrev', offset);
  for (;;) {
    const code = reader.uleb();
    if (code === 0) return;
    const tag = reader.uleb();
    const hasChildren = reader.u8() !== 0;
    const specifications: Specification[] = [];
    for (;;) {
      const attribute = reader.uleb();
      const form = reader.uleb();
      const constant = form === IMPLICIT_CONSTANT ? { constant: reader.sleb() } : {};
      if (attribute === 0 && form === 0) break;
      specifications.push({ attribute, form, ...constant });
    }
    yield { code, tag, hasChildren, specifications };
  }
}
