import { ByteWriter } from '../../object/bytes/writer';
import { type ObjectSection, SectionType } from '../../object/elf/relocatable';
import type { Architecture } from './architecture';

/** Tags of the file's attributes (RISC-V ELF psABI, "Attributes"). */
export const attributeTags: Readonly<Record<string, number>> = {
  stack_align: 4,
  arch: 5,
  unaligned_access: 6,
  priv_spec: 8,
  priv_spec_minor: 10,
  priv_spec_revision: 12,
};

export const ArchitectureTag = 5;
export const isPrivilegedSpecification = (tag: number): boolean => tag === 8 || tag === 10 || tag === 12;

/** The privileged specification that GNU as means when none is stated: 1.11. */
const privilegedVersion = [
  [8, 1],
  [10, 11],
] as const;

/** The `.riscv.attributes` of an object file. */
export class Attributes {
  readonly values = new Map<number, number | string>();
  /** GNU's own, by tag. */
  readonly gnu = new Map<number, { readonly number?: number; readonly text?: string }>();
  /** Whether an instruction came already: then some attributes can no longer be set. */
  started = false;
  /** Whether something of the privileged specification was used. */
  privileged = false;

  /** Whether this one must stand before every instruction. */
  isEarly(tag: number): boolean {
    return tag === ArchitectureTag || isPrivilegedSpecification(tag);
  }

  /** The section with what was set, and the architecture as it is at the end of the source. */
  section(architecture: Architecture): ObjectSection {
    const values = new Map(this.values).set(ArchitectureTag, architecture.name);
    const stated = [...values.keys()].some(isPrivilegedSpecification);
    if (this.privileged && !stated) for (const [tag, value] of privilegedVersion) values.set(tag, value);
    const entries = [...values].map(
      ([tag, value]): AttributeEntry => (typeof value === 'number' ? [tag, value] : [tag, undefined, value]),
    );
    const gnu = [...this.gnu].map(([tag, { number, text }]): AttributeEntry => [tag, number, text]);
    const bytes = attributesBytes([['riscv', entries], ...(gnu.length > 0 ? [['gnu', gnu] as const] : [])]);
    return {
      name: '.riscv.attributes',
      type: SectionType.RiscvAttributes,
      flags: 0,
      alignment: 1,
      bytes,
      size: bytes.length,
      entrySize: 0,
      relocations: [],
    };
  }
}

/** A tag with its number, its text, or both. */
export type AttributeEntry = readonly [tag: number, number: number | undefined, text?: string | undefined];

/** A section of attributes, by vendor. */
export function attributesBytes(
  vendors: readonly (readonly [name: string, entries: readonly AttributeEntry[]])[],
): Uint8Array {
  const writer = new ByteWriter();
  writer.u8('A'.charCodeAt(0));
  for (const [name, entries] of vendors) writeVendor(writer, name, entries);
  return writer.bytes;
}

/** The attributes of one vendor: all are the whole file's. */
function writeVendor(writer: ByteWriter, vendor: string, attributes: readonly AttributeEntry[]): void {
  const entries = new ByteWriter();
  for (const [tag, number, text] of [...attributes].sort(([a], [b]) => a - b)) {
    if (!number && !text) continue;
    entries.uleb(tag);
    if (number !== undefined) entries.uleb(number);
    if (text !== undefined) entries.text(text);
  }
  const fileLength = 1 + 4 + entries.length;
  writer.u32(4 + vendor.length + 1 + fileLength);
  writer.text(vendor);
  writer.u8(fileTag);
  writer.u32(fileLength);
  writer.append(entries.bytes);
}

const fileTag = 1;
