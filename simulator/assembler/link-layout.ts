import type { Integer } from '../object/integer';
import * as integer from '../object/integer';
import { SectionFlag, SectionType } from '../object/relocatable';
import type { OutputSection } from './link';

/** Input sections by name pattern, and the output section that they go to, in the order in which ld's script takes them. */
const groups: readonly (readonly [output: string, order: number, names: readonly string[]])[] = [
  ['.text', 0, ['.text.unlikely', '.text.unlikely.*', '.text.*_unlikely']],
  ['.text', 1, ['.text.exit', '.text.exit.*']],
  ['.text', 2, ['.text.startup', '.text.startup.*']],
  ['.text', 3, ['.text.hot', '.text.hot.*']],
  ['.text', 4, ['.text.sorted.*']],
  ['.text', 5, ['.text', '.stub', '.text.*', '.gnu.linkonce.t.*']],
  ['.rodata', 0, ['.rodata', '.rodata.*', '.gnu.linkonce.r.*']],
  ['.sdata2', 0, ['.sdata2', '.sdata2.*']],
  ['.sbss2', 0, ['.sbss2', '.sbss2.*']],
  ['.gcc_except_table', 0, ['.gcc_except_table', '.gcc_except_table.*']],
  ['.eh_frame', 0, ['.eh_frame', '.eh_frame.*']],
  ['.tdata', 0, ['.tdata', '.tdata.*']],
  ['.tbss', 0, ['.tbss', '.tbss.*']],
  ['.init_array', 0, ['.init_array.*']],
  ['.init_array', 1, ['.init_array']],
  ['.fini_array', 0, ['.fini_array.*']],
  ['.fini_array', 1, ['.fini_array']],
  ['.data.rel.ro', 0, ['.data.rel.ro.local*']],
  ['.data.rel.ro', 1, ['.data.rel.ro', '.data.rel.ro.*']],
  ['.data', 0, ['.data', '.data.*', '.gnu.linkonce.d.*']],
  ['.got', 0, ['.got']],
  ['.sdata', 0, ['.srodata.cst16']],
  ['.sdata', 1, ['.srodata.cst8']],
  ['.sdata', 2, ['.srodata.cst4']],
  ['.sdata', 3, ['.srodata.cst2']],
  ['.sdata', 4, ['.srodata', '.srodata.*']],
  ['.sdata', 5, ['.sdata', '.sdata.*', '.gnu.linkonce.s.*']],
  ['.sbss', 0, ['.sbss', '.sbss.*', '.gnu.linkonce.sb.*']],
  ['.bss', 0, ['.bss', '.bss.*', '.gnu.linkonce.b.*']],
  ['.bss', 1, ['COMMON']],
];

const patterns = groups.flatMap(([output, order, names]) =>
  names.map((name) => ({
    output,
    order,
    test: new RegExp(`^${name.replace(/[.$]/g, '\\$&').replace(/\*/g, '.*')}$`),
  })),
);

/** The output section that an input section goes to, and its rank among that section's inputs. */
export function outputName(input: string): { name: string; order: number } {
  const found = patterns.find(({ test }) => test.test(input));
  return found ? { name: found.output, order: found.order } : { name: input, order: 0 };
}

/**
 * The default script of ld: output sections (those in quotes beginning with a dot), symbols (`?`: only when used), and
 * places where sections that the script does not name are put.
 */
const script = [
  '.text',
  'orphans-code',
  '.init',
  '.fini',
  '__etext?',
  '_etext?',
  'etext?',
  '.rodata',
  'orphans-constants',
  '.rodata1',
  '.sdata2',
  '.sbss2',
  '.eh_frame_hdr',
  '.eh_frame',
  '.gcc_except_table',
  'data-segment',
  '.tdata',
  '.tbss',
  '.preinit_array',
  '.init_array',
  '.fini_array',
  '.ctors',
  '.dtors',
  '.data.rel.ro',
  'protected-end',
  '__DATA_BEGIN__',
  '.data',
  'orphans-data',
  '.data1',
  '.got',
  '__SDATA_BEGIN__',
  '.sdata',
  '_edata',
  'edata?',
  '__bss_start',
  '.sbss',
  '.bss',
  'orphans-zeroed',
  'align-end',
  '__BSS_END__',
  'global-pointer',
] as const;

/** A step of the layout: a section, or a word of the script. */
export type Placement = OutputSection | string;

/** The script with the sections of a program in their places. */
export function placements(outputs: readonly OutputSection[]): Placement[] {
  const named = new Set<string>(script);
  const orphans = outputs.filter((output) => !named.has(output.name));
  const kindOf = (output: OutputSection): string => {
    if (output.flags & SectionFlag.Execute) return 'orphans-code';
    if (output.type === SectionType.Nobits) return 'orphans-zeroed';
    return output.flags & SectionFlag.Write ? 'orphans-data' : 'orphans-constants';
  };
  return script.flatMap((entry): Placement[] => {
    if (entry.startsWith('orphans-')) return orphans.filter((output) => kindOf(output) === entry);
    if (!entry.startsWith('.')) return [entry];
    return outputs.filter((output) => output.name === entry);
  });
}

const page = 0x1000;

/** Sections that a loader protects after it has relocated them: they come first and end at a page boundary. */
const protectedSections: ReadonlySet<string> = new Set(
  script.slice(script.indexOf('data-segment'), script.indexOf('protected-end')).filter((name) => name.startsWith('.')),
);

/** Where ld begins the writable segment: on the next page, at the same offset in it. */
export const dataSegment = {
  start(dot: Integer): Integer {
    const offset = integer.lowWord(dot) & (page - 1);
    return integer.add(integer.and(integer.add(dot, page - 1), -page), offset);
  },

  /** Where the segment must begin so that its protected sections end at a page boundary; undefined when it has none. */
  protectedStart(order: readonly Placement[]): Integer | undefined {
    const sections = order.filter((entry): entry is OutputSection => {
      return typeof entry !== 'string' && protectedSections.has(entry.name) && entry.size > 0;
    });
    const last = sections.at(-1);
    if (!last) return undefined;
    let end = integer.and(integer.add(integer.add(last.address, last.size), page - 1), -page);
    for (const section of sections.reverse())
      end = integer.and(integer.subtract(end, section.size), -section.alignment);
    return end;
  },

  /** Whether beginning at a page boundary saves a page: then ld does that instead. */
  savesPage(start: Integer, end: Integer): boolean {
    const first = -integer.lowWord(start) & (page - 1);
    const last = integer.lowWord(end) & (page - 1);
    return first !== 0 && last !== 0 && integer.and(start, -page) !== integer.and(end, -page) && first + last <= page;
  },
} as const;
