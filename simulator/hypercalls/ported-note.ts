/**
 * By what a program says that it was ported to the engine `para`: a note as in ELF files, among its read-only data, so that flat binaries have it as
 * well (Linux says so of Xen by ELF notes).
 */

const NAME = 'HyperStep';
/** "PV" */
const TYPE = 0x5650;
const DESCRIPTOR_BYTES = 4;

/** In words of a source: what the header's macro puts there, but for the descriptor, which is the version that the program wants. */
export const PORTED_NOTE = {
  nameBytes: NAME.length + 1,
  descriptorBytes: DESCRIPTOR_BYTES,
  type: TYPE,
  name: NAME,
} as const;

const pattern = new Uint8Array(12 + NAME.length + 1);
const view = new DataView(pattern.buffer);
view.setUint32(0, PORTED_NOTE.nameBytes, true);
view.setUint32(4, PORTED_NOTE.descriptorBytes, true);
view.setUint32(8, PORTED_NOTE.type, true);
pattern.set(new TextEncoder().encode(NAME), 12);

/** Whether one of a program's segments has the note. */
export function isPorted(segments: readonly { readonly bytes: Uint8Array }[]): boolean {
  return segments.some(({ bytes }) => has(bytes));
}

function has(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(PORTED_NOTE.nameBytes); at >= 0; at = bytes.indexOf(PORTED_NOTE.nameBytes, at + 1))
    if (pattern.every((byte, index) => bytes[at + index] === byte)) return true;
  return false;
}
