import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { assemble } from '../../simulator/assembler';
import { writeRelocatable } from '../../simulator/object';
import { type ElfFile, type ElfSection, parseElf } from '../../simulator/object/elf';
import { SectionType } from '../../simulator/object/relocatable';
import { requireTool } from '../support/tools';
import { messages } from './assemble';
import { gnuAssemble, gnuMarch, withFolder } from './gnu';

const folder = 'test/assembler';
/** Sources that need other files, or are about unwind tables: both have tests of their own. */
const apart = new Set(['include.s']);
/** What the writers of ELF files are free in: the order of names and tables. */
const free = new Set(['', '.symtab', '.strtab', '.shstrtab']);

/** An object as lines of text: sections with their bytes, relocations, and symbols, each in order. */
function described(bytes: Uint8Array): string[] {
  const elf = parseElf(bytes);
  const lines = [`flags ${elf.flags}`];
  for (const section of elf.sections) {
    if (free.has(section.name) || section.type === SectionType.Rela) continue;
    const { name, type, flags, size, alignment, entrySize } = section;
    lines.push(`section ${name} type ${type} flags ${flags} align ${alignment} entries ${entrySize} size ${size}`);
    if (type === SectionType.Group) lines.push(`  ${groupMembers(elf, section)}`);
    else for (let at = 0; at < section.bytes.length; at += 16) lines.push(`  ${at}: ${hex(section.bytes, at)}`);
    lines.push(...relocationsOf(elf, section));
  }
  elf.symbols.forEach((_, index) => {
    lines.push(`symbol ${symbolText(elf, index)}`);
  });
  return lines;
}

function hex(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 16)).toString('hex');
}

function groupMembers(elf: ElfFile, { bytes, info }: ElfSection): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  const members = words.slice(1).map((index) => elf.sections[index]!.name);
  return `group ${elf.symbols[info]!.name} ${words[0]}: ${members.join(' ')}`;
}

function relocationsOf(elf: ElfFile, section: ElfSection): string[] {
  const table = elf.sections.find(({ type, info }) => type === SectionType.Rela && info === section.index);
  if (!table) return [];
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.length);
  return Array.from({ length: table.bytes.length / 24 }, (_, i) => {
    const at = 24 * i;
    const symbol = symbolText(elf, view.getUint32(at + 12, true));
    return `  relocation ${view.getUint32(at, true)}: ${view.getUint32(at + 8, true)} ${symbol} + ${view.getBigInt64(at + 16, true)}`;
  });
}

function symbolText(elf: ElfFile, index: number): string {
  const { name, value, size, type, binding, visibility, section } = elf.symbols[index]!;
  const place = elf.sections[section]?.name ?? section;
  return `${name} ${type} ${binding} ${visibility} ${place} ${value} ${size}`;
}

function assertSameObject(name: string, text: string, gnuObject: string, relax: boolean, march: string): void {
  const result = assemble({ roots: [name], sources: new Map([[name, text]]), march, relax, undefinedSymbols: 'hint' });
  const [unit] = result.units;
  const errors = unit!.diagnostics.filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors, [], messages(result).join('\n'));
  assert.deepEqual(described(writeRelocatable(unit!.object)), described(readFileSync(gnuObject)));
}

describe('Objects as GNU as writes them', function () {
  requireTool('riscv64-linux-gnu-as');
  this.timeout(120_000);

  const filesOf = (subfolder: string, ending: string): string[] =>
    readdirSync(join(folder, subfolder))
      .filter((name) => name.endsWith(ending) && !apart.has(name))
      .map((name) => join(folder, subfolder, name));
  for (const path of [...filesOf('sources', '.s'), ...filesOf('objects', '.s')]) {
    const name = basename(path);
    for (const relax of [true, false]) {
      it(`${name}${relax ? '' : ', without relaxation'}: sections, relocations, symbols, attributes`, () => {
        const text = readFileSync(path, 'utf8');
        withFolder((temporary) => {
          const gnu = gnuAssemble(temporary, text, 'main', gnuMarch, { relax });
          assert.deepEqual(gnu.errors, [], gnu.output);
          assertSameObject(name, text, gnu.object, relax, gnuMarch);
        });
      });
    }
  }

  describe('of what gcc makes of C programs', () => {
    requireTool('riscv64-linux-gnu-gcc');
    const marches = [
      ['rv64gc', 'lp64d'],
      ['rv64imac_zicsr_zifencei', 'lp64'],
    ] as const;
    const levels = ['-O0', '-O1', '-O2', '-O3', '-Os'];
    const styles = [['-fno-pic'], ['-fpic'], ['-ffunction-sections', '-fdata-sections', '-mcmodel=medany', '-fcommon']];
    for (const [march, abi] of marches) {
      for (const level of levels) {
        it(`${march} ${level}`, () => {
          withFolder((temporary) => {
            for (const path of [...filesOf('c', '.c'), ...filesOf('objects', '.c')]) {
              for (const style of styles) {
                const flags = ['-S', '-ffreestanding', `-march=${march}`, `-mabi=${abi}`, level, ...style];
                // Unwind tables have a test of their own.
                flags.push('-fno-asynchronous-unwind-tables', '-o', '-', path);
                const text = execFileSync('riscv64-linux-gnu-gcc', flags, { encoding: 'utf8' });
                const gnu = gnuAssemble(temporary, text, 'main', march, { relax: true });
                assert.deepEqual(gnu.errors, [], gnu.output);
                assertSameObject(basename(path), text, gnu.object, true, march);
              }
            }
          });
        });
      }
    }
  });
});
