import * as integer from '../bytes/integer';
import { attempt, FormatError, type Result } from '../bytes/reader';
import { FileType, parseElf, SectionIndex, SymbolBinding, SymbolType } from './elf';
import type { ObjectFile, ObjectSymbol } from './relocatable';

const types: Readonly<Record<number, ObjectSymbol['type']>> = {
  [SymbolType.Object]: 'object',
  [SymbolType.Function]: 'function',
};

/** The global symbols of a program as an object that has nothing else: they are where they are (ld's --just-symbols). Never throws. */
export function readSymbolsOf(bytes: Uint8Array, path: string): Result<ObjectFile> {
  return attempt(() => {
    const elf = parseElf(bytes);
    if (elf.type === FileType.Relocatable)
      throw new FormatError('an object has no addresses: a linked program is expected');
    const named = elf.symbols.filter(
      ({ name, binding, section }) =>
        name !== '' && binding !== SymbolBinding.Local && section !== SectionIndex.Undefined,
    );
    const symbols = named.map(
      ({ name, value, size, type, binding }): ObjectSymbol => ({
        name,
        section: 'absolute',
        value: integer.fromBigint(value),
        size,
        type: types[type] ?? 'notype',
        binding: binding === SymbolBinding.Weak ? 'weak' : 'global',
        visibility: 'default',
      }),
    );
    return { path, sections: [], symbols, lines: [], flags: elf.flags };
  });
}
