import {
  ArchitectureTag,
  type AttributeEntry,
  attributesBytes,
  isPrivilegedSpecification,
} from '../../assembler/encode/attributes';
import { attempt, ByteReader } from '../../object/bytes/reader';
import { type ObjectFile, type ObjectSection, SectionType } from '../../object/elf/relocatable';
import { mergeArchitectures } from './merge-architectures';

/** The attributes of the file's vendor, by tag: a number, or text where the tag is odd. */
type Attributes = Map<number, number | string>;

/** What the attributes of several objects say of the program that they make (RISC-V ELF psABI, "Attributes"). */
export function mergeAttributes(
  objects: readonly ObjectFile[],
): { readonly first: ObjectSection; readonly section: ObjectSection } | undefined {
  let first: ObjectSection | undefined;
  let merged: Attributes | undefined;
  for (const { sections } of objects) {
    const section = sections.find(({ type }) => type === SectionType.RiscvAttributes);
    if (!section) continue;
    const own = readAttributes(section.bytes);
    first ??= section;
    if (merged) mergeInto(merged, own);
    else merged = own;
  }
  if (!first || !merged) return undefined;
  const entries = [...merged].map(
    ([tag, value]): AttributeEntry => (typeof value === 'number' ? [tag, value] : [tag, undefined, value]),
  );
  const bytes = attributesBytes([['riscv', entries]]);
  return { first, section: { ...first, bytes, size: bytes.length } };
}

function mergeInto(merged: Attributes, own: Attributes): void {
  const privileged = [...own.keys()].some(isPrivilegedSpecification);
  const isStated = [...merged.keys()].some(isPrivilegedSpecification);
  for (const [tag, value] of own) {
    const known = merged.get(tag);
    if (tag === ArchitectureTag && typeof known === 'string' && typeof value === 'string')
      merged.set(tag, mergeArchitectures(known, value));
    else if (isPrivilegedSpecification(tag)) {
      if (privileged && !isStated) merged.set(tag, value);
    } else if (tag === unalignedTag && typeof value === 'number') merged.set(tag, Number(known ?? 0) | value);
    else if (known === undefined || known === 0) merged.set(tag, value);
  }
  if (privileged && isStated && isNewer(own, merged))
    for (const tag of [8, 10, 12]) {
      const value = own.get(tag);
      if (value === undefined) merged.delete(tag);
      else merged.set(tag, value);
    }
}

const unalignedTag = 6;

function isNewer(own: Attributes, merged: Attributes): boolean {
  for (const tag of [8, 10, 12]) {
    const [a, b] = [Number(own.get(tag) ?? 0), Number(merged.get(tag) ?? 0)];
    if (a !== b) return a > b;
  }
  return false;
}

/** Attributes of the whole file; none where the section cannot be read. */
function readAttributes(bytes: Uint8Array): Attributes {
  const attributes: Attributes = new Map();
  attempt(() => {
    const reader = new ByteReader(bytes, 'section .riscv.attributes');
    if (reader.u8() !== 'A'.charCodeAt(0)) return;
    while (!reader.atEnd) {
      const vendor = reader.part(reader.u32() - 4);
      const name = vendor.text();
      while (!vendor.atEnd) {
        const start = vendor.position;
        const tag = vendor.uleb();
        const length = vendor.u32();
        const part = vendor.part(length - (vendor.position - start));
        while (name === 'riscv' && tag === 1 && !part.atEnd) {
          const key = part.uleb();
          attributes.set(key, key % 2 ? part.text() : part.uleb());
        }
      }
    }
  });
  return attributes;
}
