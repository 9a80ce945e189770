import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import { SectionFlag, SectionType } from '../../object/elf/relocatable';
import type { LinkState } from '../link-state';
import { absolute } from '../scripts/evaluate';
import type { InputSection, OutputSection } from '../sections/sections';
import { isSpoken } from '../symbols/symbols';

type MapParts = Pick<LinkState, 'placed' | 'scriptLayout' | 'objects' | 'resolver'>;

const addressColumn = 18;
const sizeColumn = 12;

/** What went where, as text: the regions of memory, each section with what it is made of and its symbols, and what was left out. */
export function mapOf(link: MapParts): string {
  const lines: string[] = [];
  regions(link, lines);
  lines.push('Sections', '', row('Name', 'Address', 'Size', 'Loaded at'), '');
  const symbols = symbolsByInput(link);
  for (const output of link.placed.outputs.filter(({ isThere }) => isThere)) {
    if (output.allocated) describe(output, link, symbols, lines);
  }
  absoluteSymbols(link, lines);
  discarded(link, lines);
  return `${lines.join('\n')}\n`;
}

function row(name: string, address: string, size: string, rest = ''): string {
  return `${name.padEnd(24)} ${address.padStart(addressColumn)} ${size.padStart(sizeColumn)}  ${rest}`.trimEnd();
}

const hex = (value: Integer | bigint): string => integer.toHex(value);

function regions(link: MapParts, lines: string[]): void {
  const found = [...(link.scriptLayout?.regions.values() ?? [])];
  if (found.length === 0) return;
  lines.push('Memory regions', '', row('Name', 'Origin', 'Length', 'Attributes'), '');
  for (const { name, origin, length, declared } of found)
    lines.push(row(name, hex(origin), hex(length), declared?.attributes ?? ''));
  lines.push('');
}

function describe(
  output: OutputSection,
  link: MapParts,
  symbols: ReadonlyMap<InputSection, readonly { name: string; address: Integer }[]>,
  lines: string[],
): void {
  const shift = integer.subtract(output.loadAddress, output.address) === 0 ? '' : hex(output.loadAddress);
  lines.push(row(output.name, hex(output.address), hex(output.size), shift));
  const scripted = [...(link.scriptLayout?.symbols ?? [])].filter(([, symbol]) => symbol.section === output);
  for (const item of output.items) {
    if (item.kind !== 'input') continue;
    const { input } = item;
    if (input.size === 0 && input.source.size === 0) continue;
    const saved = input.source.size - input.size;
    const note = saved > 0 ? `${input.file.path} (${saved} bytes shorter)` : input.file.path;
    lines.push(row(`  ${input.name}`, hex(input.address), hex(input.size), note));
    for (const { name, address } of symbols.get(input) ?? []) lines.push(row('', hex(address), '', `  ${name}`));
  }
  for (const { offset, size } of output.gaps)
    lines.push(row('  (filled)', hex(integer.add(output.address, offset)), hex(size)));
  for (const [name, symbol] of scripted) lines.push(row('', hex(absolute(symbol)), '', `  ${name} (of the script)`));
  lines.push('');
}

function symbolsByInput(link: MapParts): Map<InputSection, { name: string; address: Integer }[]> {
  const result = new Map<InputSection, { name: string; address: Integer }[]>();
  for (const { symbols } of link.objects) {
    for (const symbol of symbols) {
      if (typeof symbol.section === 'string' || !isSpoken(symbol)) continue;
      const input = link.resolver.inputOf(symbol.section);
      const found = link.resolver.resolve(symbol);
      if (!input || !found) continue;
      const known = result.get(input);
      if (known) known.push({ name: symbol.name, address: found.value });
      else result.set(input, [{ name: symbol.name, address: found.value }]);
    }
  }
  for (const list of result.values()) list.sort((a, b) => Number(integer.subtract(a.address, b.address)));
  return result;
}

function absoluteSymbols(link: MapParts, lines: string[]): void {
  const found = [...(link.scriptLayout?.symbols ?? [])].filter(([, { section }]) => typeof section !== 'object');
  if (found.length === 0) return;
  lines.push('Symbols outside of sections', '');
  for (const [name, symbol] of found) lines.push(row('', hex(absolute(symbol)), '', `  ${name}`));
  lines.push('');
}

/** Sections that would be in the program, and are not: by /DISCARD/, as a group that another file has, or shared with others. */
function discarded(link: MapParts, lines: string[]): void {
  const left: string[] = [];
  for (const { path, sections } of link.objects) {
    for (const section of sections) {
      const isLoaded = section.flags & SectionFlag.Alloc && section.type !== SectionType.Group;
      if (isLoaded && section.size > 0 && !link.resolver.inputOf(section))
        left.push(row(`  ${section.name}`, '', hex(section.size), path));
    }
  }
  if (left.length > 0) lines.push('Discarded', '', ...left, '');
}
