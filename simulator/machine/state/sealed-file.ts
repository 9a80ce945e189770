import { FileFormatError, PlainReader, PlainWriter } from './plain-codec';
import { StateHash } from './state-hash';

/** Eight letters that say what a file of ours is. */
export type Magic = 'HSSNAPSH' | 'HSRECORD';

const NAMES: { readonly [magic in Magic]: string } = { HSSNAPSH: 'snapshot', HSRECORD: 'record' };
const MAGIC_LENGTH = 8;
const SEAL_LENGTH = 16;

/** A file of ours: what it is, its format's version, its contents, and a hash of all that, by which damage shows. */
export function seal(magic: Magic, version: number, contents: (writer: PlainWriter) => void): Uint8Array {
  const writer = new PlainWriter();
  writer.raw(new TextEncoder().encode(magic));
  writer.word(version);
  contents(writer);
  const digest = hashOf(writer.bytes);
  writer.raw(new TextEncoder().encode(digest));
  return writer.bytes;
}

/** Opens a file that `seal` made. @throws FileFormatError that says what is wrong with it */
export function unseal(magic: Magic, version: number, file: Uint8Array): PlainReader {
  const name = NAMES[magic];
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (text(file.subarray(0, MAGIC_LENGTH)) !== magic) throw new FileFormatError(`this is no ${name} of hyperstep`);
  if (file.length < MAGIC_LENGTH + 4 + SEAL_LENGTH) throw new FileFormatError(`the ${name} is truncated`);
  const body = file.subarray(0, file.length - SEAL_LENGTH);
  const reader = new PlainReader(body.subarray(MAGIC_LENGTH));
  const found = reader.word();
  if (found !== version)
    throw new FileFormatError(`the ${name} has format version ${found}, and this hyperstep reads version ${version}`);
  if (hashOf(body) !== text(file.subarray(file.length - SEAL_LENGTH)))
    throw new FileFormatError(`the ${name} is truncated or damaged: its contents do not match their hash`);
  return reader;
}

function hashOf(bytes: Uint8Array): string {
  const hash = new StateHash();
  hash.bytes(bytes);
  return hash.digest();
}
