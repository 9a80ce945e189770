import { type Diagnostic, fileProblem } from '../../assembler/source/diagnostic';
import { folderOf, joinPath } from '../../assembler/source/paths';
import { type Archive, type ArchiveMember, isArchive, readArchive } from '../../object/archive';
import { isElf } from '../../object/elf/elf';
import { readSymbolsOf } from '../../object/elf/executable-symbols';
import { readRelocatable } from '../../object/elf/object-reader';
import type { ObjectFile } from '../../object/elf/relocatable';
import type { InputFile, LinkInput } from '../settings';
import type { LoadedArchive, LoadedInput } from './inputs';

/** Where files come from, as a request has them. */
interface Files {
  /** The bytes of a file; undefined when it is not at hand, which is noted. */
  bytes(path: string): Uint8Array | undefined;
  /** Whether a file is at hand; one that nobody looked for yet is noted. */
  has(path: string): boolean;
}

/** A file of a link that is no source. */
type Binary = { readonly object: ObjectFile } | { readonly path: string; readonly archive: Archive };

/** Finds and reads the objects and archives of a link. What is wrong with them becomes diagnostics. */
export class InputLoader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #binaries = new Map<string, Binary | undefined>();
  readonly #members = new Map<ArchiveMember, ObjectFile | undefined>();

  constructor(
    readonly files: Files,
    readonly libraryPaths: readonly string[],
  ) {}

  /** The path of a file; undefined for a library that is nowhere. */
  pathOf({ kind, name }: InputFile): string | undefined {
    if (kind === 'file') return name;
    const file = name.startsWith(':') ? name.slice(1) : `lib${name}.a`;
    const found = this.libraryPaths.map((folder) => joinPath(folder, file)).find((path) => this.files.has(path));
    if (found !== undefined) return found;
    const where = this.libraryPaths.length > 0 ? this.libraryPaths.join(', ') : 'no folder is named with -L';
    const [place = ''] = this.libraryPaths;
    this.diagnostics.push(fileProblem(place, `the library '${file}' is not there (looked for in: ${where})`));
    return undefined;
  }

  /** Whether a file is an object or an archive; then it is read. */
  read(path: string, bytes: Uint8Array): boolean {
    if (this.#binaries.has(path)) return true;
    if (isElf(bytes)) {
      const { value, error } = readRelocatable(bytes, path);
      this.#binaries.set(path, value && { object: value });
      if (error !== undefined) this.diagnostics.push(fileProblem(path, error));
      return true;
    }
    if (!isArchive(bytes)) return false;
    const { value, error } = readArchive(bytes);
    this.#binaries.set(path, value && { path, archive: value });
    if (error !== undefined) this.diagnostics.push(fileProblem(path, error));
    // The members of a thin archive are files of their own.
    if (value?.thin) for (const { name } of value.members) this.files.has(memberPath(path, name));
    return true;
  }

  /** What is linked, with what sources became. */
  loaded(inputs: readonly LinkInput[], sources: ReadonlyMap<string, ObjectFile>): LoadedInput[] {
    const one = (input: InputFile): (ObjectFile | LoadedArchive)[] => {
      const path = this.pathOf(input);
      if (path === undefined) return [];
      const source = sources.get(path);
      if (source) return [source];
      const binary = this.#binaries.get(path);
      if (!binary) return [];
      if ('object' in binary) return [binary.object];
      const { archive } = binary;
      return [{ path, archive, whole: input.whole, open: (member) => this.#open(path, member) }];
    };
    return inputs.flatMap((input): LoadedInput[] =>
      input.kind === 'group' ? [{ group: input.inputs.flatMap(one) }] : one(input),
    );
  }

  #open(archive: string, member: ArchiveMember): ObjectFile | undefined {
    if (this.#members.has(member)) return this.#members.get(member);
    const { name } = member;
    const outside = memberPath(archive, name);
    const bytes = member.bytes ?? this.files.bytes(outside);
    const path = member.bytes ? `${archive}(${name})` : outside;
    const read = bytes && readRelocatable(bytes, path, { archive, name: member.bytes ? name : outside });
    if (read?.error !== undefined) this.diagnostics.push(fileProblem(path, read.error));
    else if (!bytes) this.diagnostics.push(fileProblem(archive, `its member '${outside}' is not there`));
    this.#members.set(member, read?.value);
    return read?.value;
  }

  /** The symbols of programs that are linked already, at their addresses. */
  symbolFiles(paths: readonly string[]): ObjectFile[] {
    return paths.flatMap((path) => {
      const bytes = this.files.bytes(path);
      if (!bytes) {
        this.diagnostics.push(fileProblem(path, `the file '${path}' is not there`));
        return [];
      }
      const { value, error } = readSymbolsOf(bytes, path);
      if (error !== undefined) this.diagnostics.push(fileProblem(path, error));
      return value ? [value] : [];
    });
  }
}

/** A member of a thin archive is seen from the archive's folder. */
function memberPath(archive: string, name: string): string {
  return joinPath(folderOf(archive), name);
}
