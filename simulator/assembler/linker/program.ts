import type { Integer } from '../../object/integer';
import * as integer from '../../object/integer';
import { type LineRow, LineTable, type Origin } from '../../object/line-table';
import type { Program, ProgramSection, ProgramSymbol } from '../../object/program';
import { type ObjectSymbol, SectionFlag } from '../../object/relocatable';
import type { Linker } from './link';
import { tableName } from './offset-table';
import { absolute } from './scripts/evaluate';
import { segmentsOf } from './segments';
import { isSpoken } from './symbols';

/** The program that a finished link gives. */
export function programOf(linker: Linker): Program {
  const loaded = linker.outputs
    .filter((output) => output.allocated && output.size > 0)
    .sort((a, b) => compare(a.address, b.address));
  const sections: ProgramSection[] = loaded.map((output) => ({
    name: output.name,
    address: integer.toUnsigned(output.address),
    loadAddress: integer.toUnsigned(output.loadAddress),
    size: output.size,
    alignment: output.alignment,
    bytes: output.bytes,
    type: output.type,
    flags: output.flags,
  }));
  return {
    entry: entryOf(linker, sections),
    segments: segmentsOf(sections),
    symbols: symbolsOf(linker),
    lines: new LineTable((wanted) => lineRowsOf(linker, wanted)),
    sections,
  };
}

/** Orders addresses as unsigned numbers. */
function compare(a: Integer, b: Integer): number {
  if (typeof a === 'number' && typeof b === 'number' && a >= 0 && b >= 0) return a - b;
  const [x, y] = [integer.toUnsigned(a), integer.toUnsigned(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function entryOf(linker: Linker, sections: readonly ProgramSection[]): bigint {
  const { entry } = linker.layout;
  const wanted = entry ?? linker.script.entry ?? '_start';
  const found = linker.resolveName(wanted) ?? localNamed(linker, wanted);
  if (found) return integer.toUnsigned(found.value);
  if (entry !== undefined) {
    if (/^(0[xX][0-9a-fA-F]+|\d+)$/.test(entry)) return BigInt.asUintN(64, BigInt(entry));
    linker.reporter.general('entry', `the entry symbol '${entry}' is not defined`);
  }
  const text =
    sections.find((section) => section.name === '.text') ??
    sections.find((section) => section.flags & SectionFlag.Execute);
  return text?.address ?? linker.layout.textBase;
}

/** `_start` without .globl is what the programmer means all the same. */
function localNamed(linker: Linker, name: string): { value: Integer } | undefined {
  for (const object of linker.objects) {
    const found = object.symbols.find((symbol) => symbol.name === name && symbol.section !== 'undefined');
    if (found) return linker.resolve(found);
  }
  return undefined;
}

function symbolsOf(linker: Linker): ProgramSymbol[] {
  const symbols: ProgramSymbol[] = [];
  const scripted = linker.scriptLayout?.symbols;
  const seen = new Set<string>();
  for (const object of linker.objects) {
    for (const symbol of object.symbols) {
      if (!isSpoken(symbol) || symbol.section === 'undefined') continue;
      if (symbol.binding !== 'local') {
        const counts = linker.symbols.globals.get(symbol.name) === symbol || symbol.section === 'common';
        if (seen.has(symbol.name) || scripted?.has(symbol.name) || !counts) continue;
        seen.add(symbol.name);
      }
      const at = linker.resolve(symbol);
      if (at) symbols.push(programSymbol(linker, symbol, at.value));
    }
  }
  const table = linker.table && linker.inputOf(linker.table.section);
  if (table) {
    const value = integer.toUnsigned(integer.add(table.address, linker.table!.symbolOffset));
    symbols.push({ name: tableName, value, size: 0, type: 'object', binding: 'local', section: table.output!.name });
  }
  for (const [name, symbol] of scripted ?? []) {
    const { section, hidden } = symbol;
    symbols.push({
      name,
      value: absolute(symbol),
      size: 0,
      type: 'notype',
      binding: hidden ? 'local' : 'global',
      section: typeof section === 'object' && !section.removed ? section.name : '',
    });
  }
  return symbols;
}

function programSymbol(linker: Linker, symbol: ObjectSymbol, value: Integer): ProgramSymbol {
  const { name, type, binding } = symbol;
  const origin = symbol.definition?.origin;
  return {
    name,
    value: integer.toUnsigned(value),
    size: linker.sizeOf(symbol),
    type: symbol.section === 'absolute' ? 'absolute' : type === 'tls' || type === 'ifunc' ? 'notype' : type,
    binding: binding === 'unique' ? 'global' : binding,
    section: linker.outputOf(symbol)?.name ?? '',
    ...(origin ? { definition: { file: origin.file, line: origin.line, column: origin.column ?? 0 } } : {}),
  };
}

function lineRowsOf(linker: Linker, wanted?: (origin: Origin) => boolean): LineRow[] {
  const rows: LineRow[] = [];
  for (const object of linker.objects) {
    for (const line of object.lines) {
      if (wanted && !wanted(line.origin)) continue;
      const input = linker.inputOf(line.section);
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
