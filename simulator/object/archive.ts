import { attempt, ByteReader, FormatError, type Result } from './bytes/reader';

/** An object in an archive. */
export interface ArchiveMember {
  readonly name: string;
  /** Undefined in a thin archive, whose members are files beside it, by their names. */
  readonly bytes: Uint8Array | undefined;
}

/** A library of objects, as `ar` makes it. */
export interface Archive {
  readonly members: readonly ArchiveMember[];
  readonly thin: boolean;
  /** What the members define, in the order of the archive's index; undefined when it has none. */
  readonly symbols: readonly { readonly name: string; readonly member: ArchiveMember }[] | undefined;
}

const magic = '!<arch>\n';
const thinMagic = '!<thin>\n';
const headerSize = 60;
const headerEnd = '`\n';
const decoder = new TextDecoder();

const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Whether bytes begin as an archive does. */
export function isArchive(bytes: Uint8Array): boolean {
  const start = textOf(bytes.subarray(0, magic.length));
  return start === magic || start === thinMagic;
}

/** Takes an archive apart (GNU ar: an index, a table of long names, the members). Never throws. */
export function readArchive(bytes: Uint8Array): Result<Archive> {
  return attempt(() => new ArchiveReader(bytes).read());
}

class ArchiveReader {
  readonly #thin: boolean;
  readonly #members = new Map<number, ArchiveMember>();
  #longNames = new Uint8Array(0);
  #index: { readonly bytes: Uint8Array; readonly wide: boolean } | undefined;

  constructor(readonly bytes: Uint8Array) {
    if (!isArchive(bytes)) throw new FormatError('not an archive');
    this.#thin = textOf(bytes.subarray(0, magic.length)) === thinMagic;
  }

  read(): Archive {
    let at = magic.length;
    while (at < this.bytes.length) at = this.#entry(at);
    return { members: [...this.#members.values()], thin: this.#thin, symbols: this.#symbols() };
  }

  /** @returns where the next one begins */
  #entry(at: number): number {
    const { bytes } = this;
    const header = textOf(bytes.subarray(at, at + headerSize));
    if (header.length < headerSize || header.slice(58) !== headerEnd)
      throw new FormatError(`the archive has no header of a member at offset ${at}`);
    const name = header.slice(0, 16).trimEnd();
    const digits = header.slice(48, 58).trim();
    if (!/^\d+$/.test(digits)) throw new FormatError(`the archive's member at offset ${at} has no size`);
    const size = Number(digits);
    const start = at + headerSize;
    const isOwn = name === '/' || name === '/SYM64/' || name === '//';
    const isOutside = this.#thin && !isOwn;
    if (!isOutside && start + size > bytes.length)
      throw new FormatError(`the archive ends inside of its member '${name}' (at offset ${at}, ${size} bytes)`);
    const content = bytes.subarray(start, start + size);
    if (name === '//') this.#longNames = new Uint8Array(content);
    else if (isOwn) this.#index = { bytes: content, wide: name === '/SYM64/' };
    else {
      const [own, skipped] = this.#nameOf(name, content);
      this.#members.set(at, { name: own, bytes: isOutside ? undefined : content.subarray(skipped) });
    }
    const end = isOutside ? start : start + size;
    return end + (end % 2);
  }

  /** A name stands in the header, in the table of long names, or (BSD) before the contents. */
  #nameOf(name: string, content: Uint8Array): [name: string, skipped: number] {
    const long = /^\/(\d+)/.exec(name)?.[1];
    if (long !== undefined) {
      const start = Number(long);
      if (start >= this.#longNames.length)
        throw new FormatError(`the archive has no long name ${start}, which a member has`);
      const end = this.#longNames.indexOf('\n'.charCodeAt(0), start);
      const text = textOf(this.#longNames.subarray(start, end < 0 ? undefined : end));
      return [text.replace(/\/$/, ''), 0];
    }
    const bsd = /^#1\/(\d+)$/.exec(name)?.[1];
    if (bsd !== undefined && !this.#thin) {
      const length = Math.min(Number(bsd), content.length);
      return [textOf(content.subarray(0, length)).replace(/\0.*$/s, ''), length];
    }
    return [name.replace(/\/$/, ''), 0];
  }

  #symbols(): Archive['symbols'] {
    if (!this.#index) return undefined;
    const { bytes, wide } = this.#index;
    const width = wide ? 8 : 4;
    const reader = new ByteReader(bytes, "the archive's index");
    const number = (): number => {
      const digits = reader.slice(width);
      return digits.reduce((value, byte) => value * 256 + byte, 0);
    };
    const count = number();
    if (count * width > bytes.length) throw new FormatError(`the archive's index has no room for its ${count} symbols`);
    const offsets = Array.from({ length: count }, number);
    return offsets.map((offset) => {
      const member = this.#members.get(offset);
      if (!member) throw new FormatError(`the archive's index names a member at offset ${offset}, and there is none`);
      return { name: reader.text(), member };
    });
  }
}
