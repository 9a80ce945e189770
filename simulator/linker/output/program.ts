import * as integer from '../../object/bytes/integer';
import { debugUnits } from '../../object/dwarf/debug-units';
import { debugSections } from '../../object/elf/debug-sections';
import { SymbolBinding, SymbolType } from '../../object/elf/elf';
import { type LineRow, type Origin, RowTable } from '../../object/line-table';
import { markOf, type Program, type ProgramSection, type ProgramSymbol } from '../../object/program';
import { addressOf, loadAddressOf } from '../layout/segment-map';
import { loadedSegments } from '../layout/segments';
import type { OutputSection } from '../sections/sections';
import { type OutputSymbol, outputSymbols } from '../symbols/output-symbols';
import { type ExecutableParts, executableOf } from './executable';

/** The program that a finished link gives. */
export function programOf(link: ExecutableParts, entry: bigint): Program {
  const sections = link.outputs
    .filter((output) => output.allocated && output.size > 0)
    .map(programSection)
    .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  const symbols = outputSymbols(link);
  return {
    entry,
    segments: loadedSegments(link.fileLayout()),
    symbols: symbols.flatMap((symbol) => (isUseful(symbol) ? [programSymbol(symbol)] : [])),
    lines: new RowTable((wanted) => lineRowsOf(link, wanted)),
    sections,
    marks: symbols.flatMap((symbol) => markOf(symbol) ?? []),
    executable: () => executableOf(link, entry),
    units: () => {
      const ofCompilers = executableOf(link, entry).sections.filter(({ name }) => name.startsWith('.debug_'));
      const read = ofCompilers.map((each) => ({ ...each, bytes: each.contents?.slice() ?? new Uint8Array() }));
      return debugUnits(debugSections(read));
    },
  };
}

function programSection(output: OutputSection): ProgramSection {
  const { name, size, alignment, type, flags } = output;
  return {
    name,
    address: addressOf(output),
    loadAddress: loadAddressOf(output),
    size,
    alignment,
    contents: output.contents(),
    type,
    flags,
  };
}

function isUseful({ spoken, type, isUndefined }: OutputSymbol): boolean {
  return spoken && !isUndefined && type !== SymbolType.File;
}

const types: Readonly<Record<number, ProgramSymbol['type']>> = {
  [SymbolType.Object]: 'object',
  [SymbolType.Function]: 'function',
};
const bindings: Readonly<Record<number, ProgramSymbol['binding']>> = {
  [SymbolBinding.Local]: 'local',
  [SymbolBinding.Weak]: 'weak',
};

function programSymbol({ name, value, size, type, binding, section, definition }: OutputSymbol): ProgramSymbol {
  const origin = definition?.origin;
  return {
    name,
    value,
    size,
    type: types[type] ?? (section ? 'notype' : 'absolute'),
    binding: bindings[binding] ?? 'global',
    section: section?.name ?? '',
    ...(origin ? { definition: { file: origin.file, line: origin.line, column: origin.column ?? 0 } } : {}),
  };
}

function lineRowsOf(link: ExecutableParts, wanted?: (origin: Origin) => boolean): LineRow[] {
  const rows: LineRow[] = [];
  for (const object of link.objects) {
    for (const line of object.lines) {
      if (wanted && !wanted(line.origin)) continue;
      const input = link.resolver.inputOf(line.section);
      if (!input) continue;
      const [start, end] = [input.moved(line.offset), input.moved(line.end)];
      // A statement whose code went away altogether has no address; a row without bytes stays one.
      if (end === start && line.end !== line.offset) continue;
      rows.push({
        address: integer.toUnsigned(integer.add(input.address, start)),
        end: integer.toUnsigned(integer.add(input.address, end)),
        origin: line.origin,
        isStatement: line.isStatement,
      });
    }
  }
  return rows;
}
