/** What two assemblers make of single statements, each in a section of its own. */
import { readFileSync } from 'node:fs';
import { writeRelocatable } from '../../simulator/object';
import { type ElfFile, type ElfSection, parseElf } from '../../simulator/object/elf/elf';
import { SectionType } from '../../simulator/object/elf/relocatable';
import { assemble } from '../../simulator/project';
import { gnuAssemble, withFolder } from './gnu';

/** The bytes in hexadecimal and the relocations of a statement, or that it was refused. */
export type Outcome = string;
const REFUSED = 'refused';

/** Names that statements may use: a label, a constant, and nothing that is a section's start. */
const prologue = ['label:', 'nop', 'later:', '.set constant, 12', '.equ zero_constant, 0', '.set s11, 12'];

/** `1f` of every statement. */
const epilogue = ['.text', '1:'];

const sectionName = (index: number): string => `.statement${index}`;

function sourceOf(statements: readonly string[], refused: ReadonlySet<number>): string {
  const lines = statements.map((statement, index) =>
    refused.has(index) ? '' : `.section ${sectionName(index)},"ax"; ${statement}`,
  );
  return [...prologue, ...lines, ...epilogue, ''].join('\n');
}

const lineOf = (index: number): number => prologue.length + index + 1;

/** What GNU as says about each statement. */
export function gnuOutcomes(statements: readonly string[], march: string): Outcome[] {
  return withFolder((folder) => {
    const refused = new Set<number>();
    // Some errors show only when the rest is well.
    for (;;) {
      const { object, errors, output } = gnuAssemble(folder, sourceOf(statements, refused), 'main', march);
      if (errors.length === 0) {
        if (/Error/.test(output)) throw new Error(output);
        return outcomes(statements, refused, readFileSync(object));
      }
      for (const line of errors) refused.add(line - lineOf(0));
    }
  });
}

/** What this assembler says about each statement. */
export function ourOutcomes(statements: readonly string[], march: string): Outcome[] {
  const text = sourceOf(statements, new Set());
  const sources = new Map([['main.s', text]]);
  const refused = new Set<number>();
  for (;;) {
    sources.set('main.s', sourceOf(statements, refused));
    const result = assemble({ roots: ['main.s'], sources, march, relax: false, link: false });
    const [unit] = result.units;
    const errors = unit!.diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length === 0) return outcomes(statements, refused, writeRelocatable(unit!.object));
    for (const { range } of errors) refused.add(range.start.line + 1 - lineOf(0));
  }
}

function outcomes(statements: readonly string[], refused: ReadonlySet<number>, object: Uint8Array): Outcome[] {
  const elf = parseElf(object);
  const sections = new Map(elf.sections.map((section) => [section.name, section]));
  const relocations = new Map(
    elf.sections.filter(({ type }) => type === SectionType.Rela).map((section) => [section.info, section]),
  );
  return statements.map((_, index) => {
    const section = sections.get(sectionName(index));
    if (refused.has(index) || !section) return REFUSED;
    const bytes = Buffer.from(section.bytes).toString('hex');
    return [bytes, ...relocationTexts(elf, relocations.get(section.index))].join(' ');
  });
}

function relocationTexts(elf: ElfFile, table: ElfSection | undefined): string[] {
  if (!table) return [];
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.length);
  return Array.from({ length: table.bytes.length / 24 }, (_, i) => {
    const symbol = elf.symbols[view.getUint32(24 * i + 12, true)]!;
    // Labels that assemblers make have names of their own.
    const name = symbol.name.startsWith('.L') ? `.L+${symbol.value}` : symbol.name;
    return `${view.getUint32(24 * i, true)}:${view.getUint32(24 * i + 8, true)}:${name}${view.getBigInt64(24 * i + 16, true)}`;
  });
}

/** Statements that the two assemblers disagree on, with what GNU as and what this one makes of each. */
export function disagreements(statements: readonly string[], march: string): string[] {
  const gnu = gnuOutcomes(statements, march);
  const ours = ourOutcomes(statements, march);
  return statements.flatMap((statement, i) =>
    gnu[i] === ours[i] ? [] : [`${statement}: GNU ${gnu[i]}, here ${ours[i]}`],
  );
}
