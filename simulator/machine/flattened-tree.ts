/** A property's value: cells of 32 bits, a string, a list of strings, or nothing at all. */
export type PropertyValue = readonly number[] | string | readonly string[] | true;

export interface TreeNode {
  readonly name: string;
  readonly properties: { readonly [name: string]: PropertyValue };
  readonly children?: readonly TreeNode[];
}

/** A number of 64 bits as two cells. */
export const cells64 = (value: number): number[] => [Math.floor(value / 2 ** 32), value >>> 0];
/** The `reg` of a node whose parent has addresses and sizes of two cells. */
export const reg = (base: number, size: number): number[] => [...cells64(base), ...cells64(size)];
/** A node's name with its unit address. */
export const unit = (name: string, address: number): string => `${name}@${address.toString(16)}`;

const MAGIC = 0xd00dfeed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const END = 9;
const HEADER_SIZE = 40;

/** A device tree in the form of the Devicetree Specification 0.4, chapter 5. */
export function flatten(root: TreeNode, reservations: readonly { base: number; size: number }[]): Uint8Array {
  const structure: number[] = [];
  const strings: number[] = [];
  const stringOffsets = new Map<string, number>();

  const text = (value: string): number[] => [...new TextEncoder().encode(value), 0];
  const word = (value: number): number[] => [
    (value >>> 24) & 0xff,
    (value >>> 16) & 0xff,
    (value >>> 8) & 0xff,
    value & 0xff,
  ];
  const pad = (): void => {
    while (structure.length % 4 !== 0) structure.push(0);
  };
  const nameOffset = (name: string): number => {
    const known = stringOffsets.get(name);
    if (known !== undefined) return known;
    const offset = strings.length;
    stringOffsets.set(name, offset);
    strings.push(...text(name));
    return offset;
  };
  const valueBytes = (value: PropertyValue): number[] => {
    if (value === true) return [];
    if (typeof value === 'string') return text(value);
    return value.flatMap((item: number | string) => (typeof item === 'string' ? text(item) : word(item)));
  };
  const emit = (node: TreeNode): void => {
    structure.push(...word(BEGIN_NODE), ...text(node.name));
    pad();
    for (const [name, value] of Object.entries(node.properties)) {
      const bytes = valueBytes(value);
      structure.push(...word(PROPERTY), ...word(bytes.length), ...word(nameOffset(name)), ...bytes);
      pad();
    }
    for (const child of node.children ?? []) emit(child);
    structure.push(...word(END_NODE));
  };
  emit(root);
  structure.push(...word(END));

  const reservationBlock = [...reservations.flatMap(({ base, size }) => reg(base, size)), 0, 0, 0, 0].flatMap(word);
  const structureOffset = HEADER_SIZE + reservationBlock.length;
  const stringsOffset = structureOffset + structure.length;
  const total = stringsOffset + strings.length;
  const bootHart = 0;
  const header = [
    MAGIC,
    total,
    structureOffset,
    stringsOffset,
    HEADER_SIZE,
    VERSION,
    LAST_COMPATIBLE_VERSION,
    bootHart,
    strings.length,
    structure.length,
  ].flatMap(word);
  return Uint8Array.from([...header, ...reservationBlock, ...structure, ...strings]);
}
