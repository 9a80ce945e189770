import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArchive } from '../../simulator/object/archive';
import { writeExecutable } from '../../simulator/object/elf/writer';
import { assemble } from '../../simulator/project';
import { messages } from '../assembler/assemble';
import { gnuAssemble, withFolder } from '../assembler/gnu';
import { numbersFrom } from '../support/random';
import { requireTool } from '../support/tools';
import { linkBoth } from './link-both';

const start = ' .globl _start\n_start: la a0, value\n call helper\n j .\n .data\n .globl value\nvalue: .dword 1\n';
const helper =
  ' .globl helper, unused\n .section .text.helper,"ax"\nhelper: ret\n .section .text.unused,"ax"\nunused: la a0, spare\n ret\n .bss\nspare: .skip 24\n';
const flagless = ' .section pagecode\n .dword 7\n .section .tail,"a"\n .byte 3\n .globl size\n size = 0x5000\n';
const texts = [start, helper, flagless];
const all = '*(.text*) *(.rodata*) *(.data*) *(.bss*) *(.tail)';

/** Scripts, each with what it is about. */
const scripts: readonly (readonly [about: string, script: string, ...words: string[]])[] = [
  ['sections that have no flags', `SECTIONS { . = 0x80000000; .text : { ${all} . = ALIGN(64); *(pagecode) } }`],
  [
    'symbols between sections',
    `SECTIONS { . = 0x8000; .text : { *(.text*) } a = .; . += 64; b = .; .data : { *(.data) } c = 5; d = . + c; }`,
  ],
  [
    'fills of one byte',
    `SECTIONS { .text 0x1000 : { *(.text*) . = ALIGN(64); } =0xAB .data : { FILL(0x123) . += 8; *(.data) . = ALIGN(32); } }`,
  ],
  [
    'DEFINED in a region',
    `f = 0x3000; MEMORY { m : ORIGIN = DEFINED(f) ? f : 1, LENGTH = 1M } SECTIONS { .text : { ${all} } >m }`,
  ],
  [
    'PROVIDEd origins',
    `PROVIDE(base = 0x4000); MEMORY { m : ORIGIN = base, LENGTH = 1M } SECTIONS { .text : { ${all} } >m }`,
  ],
  ['symbols that count on', `p = 0x1000; p += 0x1000; p <<= 1; SECTIONS { .text p : { ${all} } }`],
  [
    'aliases of aliases',
    `MEMORY { m : ORIGIN = 0x1000, LENGTH = 1M } REGION_ALIAS("x", m) REGION_ALIAS("y", x) SECTIONS { .text : { ${all} } >y }`,
  ],
  [
    'memory that only `.` makes',
    `SECTIONS { . = 0x1000; .text : { ${all} } .stack : { . += 4096; top = .; } .heap (NOLOAD) : { . += 16; } }`,
  ],
  [
    'SIZEOF_HEADERS',
    `SECTIONS { . = 0x10000 + SIZEOF_HEADERS; .text : { *(.text*) } . = ALIGN(4096); .data : { *(.data) } .bss : { *(.bss) } }`,
  ],
  [
    'stated segments',
    `PHDRS { h PT_PHDR PHDRS; t PT_LOAD FILEHDR PHDRS FLAGS(5); d PT_LOAD AT(0x90000); n PT_NULL; } SECTIONS { . = 0x10000 + SIZEOF_HEADERS; .text : { *(.text*) } :t .data 0x20000 : { *(.data) } :d .bss : { *(.bss) } .tail : { *(.tail) } :NONE }`,
  ],
  [
    'load addresses',
    `MEMORY { r : ORIGIN = 0x1000, LENGTH = 1M w : ORIGIN = 0x80000, LENGTH = 1M } SECTIONS { .text : { *(.text*) } >r .data : { *(.data) } >w AT>r .bss : { *(.bss) } >w }`,
  ],
  [
    'regions of memory that are close to each other',
    `MEMORY { r : ORIGIN = 0x1000, LENGTH = 0x234 w : ORIGIN = 0x1234, LENGTH = 1M } SECTIONS { .text : { *(.text*) } >r .tail : { *(.tail) } >w .data : { *(.data) } >w .bss : { *(.bss) } >w }`,
  ],
  [
    'a region for loading only',
    `MEMORY { r : ORIGIN = 0x1000, LENGTH = 1M } SECTIONS { .text : { *(.text*) } AT>r .data : { *(.data) } AT>r .bss : { *(.bss) } }`,
  ],
  [
    'sections that expressions mention before they come',
    `SECTIONS { . = 0x1000; d = LOADADDR(.data); .text : { *(.text*) } .tail : { *(.tail) } .data ADDR(.tail) + 64 : { *(.data) } e = SIZEOF(.bss); .bss : { *(.bss) } }`,
  ],
  [
    'sections that the script leaves to the linker',
    `SECTIONS { . = 0x1000; .data : { *(.data) } .first (NOLOAD) : { . += 8; } .last ALIGN(64) : ALIGN(128) { *(.none) . += 4; } }`,
  ],
  ['an array of nothing but room', `SECTIONS { . = 0x1000; .text : { *(.text*) } .init_array : { . += 16; } }`],
  [
    'bytes that a script states, of a type that it states',
    `SECTIONS { .text 0x1000 : { *(.text*) } .n (TYPE = SHT_NOTE) : { LONG(4) LONG(MIN(value, 0x20000)) } .d (TYPE = SHT_NOTE) : { *(.data) } }`,
  ],
  [
    'hidden symbols and other names of them',
    `SECTIONS { .text 0x1000 : { *(.text*) } HIDDEN(h = .); a = h; h = . + 4; b = value; PROVIDE_HIDDEN(helper = 1); }`,
  ],
  [
    'a fill before /DISCARD/',
    `SECTIONS { .text 0x1000 : { *(.text*) . = ALIGN(64); } =0x90 /DISCARD/ : { *(.tail) } }`,
  ],
  [
    'sections for some files',
    `SECTIONS { .text 0x1000 : { *(.text*) } .tail . + 0x10 : ONLY_IF_RW { *(.tail) } x = .; .tail : ONLY_IF_RO { *(.tail) } }`,
  ],
  [
    'alignments that are no powers of two',
    `SECTIONS { .text 0x1001 : SUBALIGN(0) { *(.text*) } .data : ALIGN(12) { *(.data) } .bss : ALIGN(0) SUBALIGN(3) { *(.bss) } }`,
  ],
  ['an entry that nothing defines', `ENTRY(reset) SECTIONS { .text 0x1000 : { ${all} } }`],
  ['a location that is not known', `SECTIONS { .text 0x1000 : { ${all} } .stack : { . += room; } }`],
  [
    'a segment that begins where the script says',
    `SECTIONS { . = SEGMENT_START("text-segment", 0x30000); .text : { ${all} } }`,
  ],
  ['no symbols', `SECTIONS { .text 0x1000 : { ${all} } }`, '-s'],
  ['nothing that is used', `SECTIONS { .text 0x1000 : { *(.text*) } }`, '--gc-sections'],
  [
    'an empty section that is kept',
    `SECTIONS { .text 0x1000 : { *(.text.*) } .empty : { KEEP(*f1.o(.text)) } .rest : { *(.text) } }`,
  ],
  [
    'a start that an option states',
    `SECTIONS { .text 0x1000 : { *(.text*) } .data : { *(.data) } }`,
    '--section-start=.data=0x40000',
    '--section-start=.bss=0x50000',
  ],
  ['loads that overlap', `SECTIONS { .text 0x1000 : AT(0x100) { *(.text*) } .data 0x2000 : AT(0x104) { *(.data) } }`],
  [
    'a load address and a region for it',
    `MEMORY { r : ORIGIN = 0x1000, LENGTH = 1M } SECTIONS { .text : AT(0) { *(.text*) } >r AT>r }`,
  ],
  ['the end of memory', `SECTIONS { .text 0xfffffffffffffffc : { *(.text*) } }`],
  ['symbols that nothing defines', `EXTERN(absent) SECTIONS { .text 0x1000 : { ${all} } }`, '-u', 'nowhere'],
  [
    'a section without room',
    `SECTIONS { .empty : { } .text 0x2000 : { ${all} } e = SIZEOF(.empty); g = ADDR(.text); }`,
  ],
  ['unused sections', `ENTRY(_start) SECTIONS { .text 0x1000 : { ${all} } }`, '--gc-sections'],
  [
    'unused sections that are kept',
    `ENTRY(_start) SECTIONS { .text 0x1000 : { *(.text) KEEP(*(.text.unused)) *(.text*) } .bss : { *(.bss) } }`,
    '--gc-sections',
  ],
  [
    'wanted symbols',
    `ENTRY(_start) SECTIONS { .text 0x1000 : { ${all} } }`,
    '--gc-sections',
    '-u',
    'unused',
    '--defsym=q=unused+1',
  ],
  [
    'pages of 64 KiB',
    `SECTIONS { . = 0x20000; .text : { *(.text*) } . = ALIGN(CONSTANT(MAXPAGESIZE)); .data : { *(.data) } }`,
    '-z',
    'max-page-size=65536',
  ],
  [
    'segments that are close together',
    `SECTIONS { . = 0x1234; .text : { *(.text*) } .data : { *(.data) } .bss : { *(.bss) } }`,
    '-n',
  ],
  [
    'a program for any address',
    `SECTIONS { . = 0; .text : { *(.text*) } .rela.dyn : { *(.rela*) } .dynsym : { *(.dynsym) } .data : { *(.data) } .bss : { *(.bss) } }`,
    '-pie',
    '--no-dynamic-linker',
  ],
];

const tool = (name: string, ...words: string[]): string => execFileSync(name, words, { encoding: 'utf8' });

/** What tools of GNU say of an executable: symbols, segments, sections with their bytes. */
function described(path: string): string[] {
  const symbols = tool('riscv64-linux-gnu-nm', path).split('\n').sort();
  const segments = tool('riscv64-linux-gnu-readelf', '-lW', path).split('\n').slice(2);
  const headers = tool('riscv64-linux-gnu-readelf', '-SW', path).split('\n');
  const sections = headers.filter((line) => /^ +\[ *\d/.test(line) && !/\.(sym|str|shstr)tab/.test(line));
  const file = readFileSync(path);
  const bytes = sections.flatMap((line) => {
    const [, type, offset, size] = /\] +\S+ +(\S+) +\w{16} (\w+) (\w+)/.exec(line) ?? [];
    const at = Number.parseInt(offset ?? '0', 16);
    return type === 'NOBITS' ? [] : [file.subarray(at, at + Number.parseInt(size ?? '0', 16)).toString('hex')];
  });
  return [...symbols, ...segments, ...sections, ...bytes];
}

/** Links with ld and with ours: both give the same program, or both refuse. */
function compare(folder: string, words: readonly string[], script?: string): void {
  const { gnu, own, said } = linkBoth(folder, words, script);
  assert.equal(own !== undefined, gnu !== undefined, said);
  if (own && gnu) assert.deepEqual(described(own), described(gnu), said);
}

describe('Executables against GNU ld', function () {
  requireTool('riscv64-linux-gnu-ld');
  this.timeout(60_000);

  for (const [about, script, ...words] of scripts) {
    it(about, () => {
      withFolder((folder) => {
        const objects = texts.map((text, index) => gnuAssemble(folder, text, `f${index}`).object);
        compare(folder, [...words, ...objects], script);
      });
    });
  }

  it('weak symbols that nothing defines are named only for a loader', () => {
    withFolder((folder) => {
      const head = ' .weak absent, unused\n .globl _start\n';
      const placed = gnuAssemble(
        folder,
        `${head}_start: la a0, absent\n call absent\n .data\n .dword absent\n`,
        'placed',
      );
      const slot = gnuAssemble(folder, `${head} .option pic\n_start: la a0, absent\n la a1, here\nhere: ret\n`, 'slot');
      const pointer = gnuAssemble(folder, `${head}_start: ret\n .data\n .dword absent, _start, absent\n`, 'pointer');
      const hidden = gnuAssemble(
        folder,
        `${head} .hidden absent\n_start: ret\n .data\n .dword absent, _start\n`,
        'hidden',
      );
      linkBoth(folder, [placed.object], 'SECTIONS { . = 0x10000; .text : { *(.text) } .data : { *(.data) } }');
      const tables = '.rela.dyn : { *(.rela*) } .dynsym : { *(.dynsym) } .got : { *(.got) }';
      const script = `SECTIONS { /DISCARD/ : { *(.interp) } . = 0; .text : { *(.text) } ${tables} .data : { *(.data) } }`;
      for (const { object } of [slot, pointer, hidden]) {
        linkBoth(folder, [object], script);
        linkBoth(folder, ['-pie', object], script);
        linkBoth(folder, ['-pie', '--no-dynamic-linker', object], script);
      }
    });
  });

  it('-N: data right after code, without a script too', () => {
    withFolder((folder) => {
      const objects = texts.map((text, index) => gnuAssemble(folder, text, `f${index}`).object);
      linkBoth(folder, ['-N', '-Ttext', '0', '-z', 'max-page-size=4096', ...objects]);
      linkBoth(folder, ['-N', '-fuse-ld=bfd', '-Bsymbolic', '-Ttext', '0x1236', ...objects]);
    });
  });

  it('sections that are in no memory, and that no script mentions', () => {
    withFolder((folder) => {
      const notes = (order: readonly string[]): string =>
        order.map((name) => ` .section ${name},""\n .byte 1\n`).join('');
      const comment = ' .section .comment,"MS",@progbits,1\n .asciz "made by hand"\n';
      const first = gnuAssemble(
        folder,
        `${notes(['.debug_info', '.debug_str'])}${comment}${notes(['.debug_frame', '.other'])}`,
        'first',
      );
      const second = gnuAssemble(
        folder,
        `${start}${helper}${notes(['.other', '.debug_ranges', '.more'])}${comment}`,
        'second',
      );
      const script = 'SECTIONS { . = 0x10000; .text : { *(.text*) } .data : { *(.data) } .bss : { *(.bss) } }';
      linkBoth(folder, [first.object, second.object], script);
      linkBoth(folder, [second.object, first.object], script);
    });
  });

  it('the header of the file, where it is in memory', () => {
    withFolder((folder) => {
      const text = ' .globl _start\n_start: lla a0, __ehdr_start\n .hidden __ehdr_start\n .weak __ehdr_start\n';
      const { object } = gnuAssemble(folder, text, 'header');
      compare(folder, [object], 'SECTIONS { . = 0x10000 + SIZEOF_HEADERS; .text : { *(.text*) } }');
      compare(folder, [object], 'SECTIONS { . = 0x1000; .text : { *(.text*) } }');
      compare(
        folder,
        [object],
        'PHDRS { t PT_LOAD FILEHDR PHDRS; } SECTIONS { . = 0x10000 + SIZEOF_HEADERS; .text : { *(.text*) } :t }',
      );
    });
  });

  it('archives: members that are wanted, in their order; groups, whole archives, thin ones, ones without an index', () => {
    withFolder((folder) => {
      const members = [
        ' .globl helper\nhelper: call second\n ret\n',
        ' .globl second\nsecond: tail third\n',
        ' .globl third\nthird: ret\n',
        ' .globl spare\nspare: ret\n',
      ].map((text, index) => gnuAssemble(folder, text, `a_member_with_a_long_name_${index}`).object);
      const main = gnuAssemble(folder, start, 'main').object;
      const [first, last] = [join(folder, 'libfirst.a'), join(folder, 'liblast.a')];
      tool('riscv64-linux-gnu-ar', 'rcs', first, members[2]!, members[0]!, members[3]!);
      tool('riscv64-linux-gnu-ar', 'rcsT', last, members[1]!);
      const script = 'ENTRY(_start) SECTIONS { .text 0x1000 : { *(.text*) } .data : { *(.data) } }';
      compare(folder, [main, '--start-group', first, last, '--end-group'], script);
      compare(folder, [main, first, last, first], script);
      compare(folder, [main, first, last], script);
      compare(folder, [main, `-L${folder}`, '--whole-archive', '-lfirst', '--no-whole-archive', '-llast'], script);
      compare(folder, [main, last, first], script);
    });
  });

  it('damaged archives are refused in words', () => {
    withFolder((folder) => {
      const archive = join(folder, 'lib.a');
      tool('riscv64-linux-gnu-ar', 'rcs', archive, gnuAssemble(folder, helper, 'member').object);
      const whole = new Uint8Array(readFileSync(archive));
      const next = numbersFrom(4711);
      for (let i = 0; i < 400; i++) {
        const bytes = i % 2 ? whole.slice(0, next(whole.length)) : whole.slice();
        for (let j = 0; j < 3 && bytes.length > 0; j++) bytes[next(bytes.length)] = next(256);
        const { value, error } = readArchive(bytes);
        assert.ok(value || (error && error.length > 5));
        const sources = new Map([['lib.a', bytes]]);
        const inputs = [{ kind: 'file', name: 'lib.a', whole: true }] as const;
        for (const { message } of assemble({ roots: [], inputs, sources }).diagnostics) assert.ok(message.length > 5);
      }
    });
  });

  it('an address inside of a section takes no memory', () => {
    const script = 'SECTIONS { .text : { . = 0x80200000; *(.text*) } }';
    const sources = new Map([
      ['m.s', '.globl _start\n_start: nop\n'],
      ['m.ld', script],
    ]);
    const ours = assemble({ roots: ['m.s'], sources, linkerScript: 'm.ld' });
    assert.match(messages(ours).join(), /warning: .*'\.' inside a section counts from the section's start/);
    const file = writeExecutable(ours.program!.executable!());
    assert.ok(file.size > 0x8020_0000);
    assert.ok(file.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0) < 10_000);
    assert.ok(ours.program!.segments.every(({ bytes }) => bytes.length < 100));
  });
});
