import assert from 'node:assert/strict';
import { parseLinkWords, withLinkPaths } from '../../simulator/linker/options';
import { parseScript } from '../../simulator/linker/scripts/parser';
import { assemble, mergeProject } from '../../simulator/project';
import { messages } from '../assembler/assemble';
import { numbersFrom } from '../support/random';

/** What is wrong with a script, and with a small program that is linked by it: 'line: severity: message'. */
function problems(script: string, text = '.globl _start\n_start: nop\n.data\n.word 1\n'): string[] {
  const sources = new Map([
    ['main.s', text],
    ['main.ld', script],
  ]);
  const request = { roots: ['main.s'], sources, linkerScript: 'main.ld', absent: new Set(['absent.ld']) };
  return messages(assemble(request)).map((line) => line.replace(/: error: /, ': '));
}

describe('Linker scripts', () => {
  const wrong: readonly (readonly [script: string, problem: RegExp])[] = [
    ['SECTIONS {\n .text : { *(.text) }', /a '}' is missing|'}' is expected/],
    ['SECTIONS { .text : { *(.text } }', /1: .*'\)'|name of a section/],
    ['SECTION { }', /a command such as SECTIONS or ENTRY is expected here, not 'SECTION'/],
    ['\nSECTIONS { x = 1 +; }', /2: a number, a symbol or a function is expected here, not ';'/],
    ['SECTIONS { x = y + 1; }', /symbol 'y' is not defined/],
    ['SECTIONS {\n . = 0x1000; .text : { *(.text) } ASSERT(. > 0x2000, "too small") }', /2: ASSERT: too small/],
    ['SECTIONS { .text : { *(.text) } >ROM }', /there is no memory region 'ROM'/],
    [
      'MEMORY { ROM : ORIGIN = 0, LENGTH = 1 }\nSECTIONS { .text : { *(.text) } >ROM .data : { *(.data) } >ROM }',
      /'.text' does not fit into region 'ROM': it ends 1 bytes after/,
    ],
    ['MEMORY { ROM (q) : ORIGIN = 0, LENGTH = 1 }', /'q' is no attribute of memory/],
    ['SECTIONS { .text : { . = 8; . = 4; *(.text) } }', /the location counter cannot go back, from 0x8 to 0x4/],
    ['SECTIONS { x = 1 / (2 - 2); }', /division by zero/],
    ['SECTIONS { x = SIZEOF(.nothing) + ADDR(.nothing); }', /there is no output section '.nothing'/],
    ['MEMORY { ROM : ORIGIN = 0, LENGTH = SIZE }', /1: warning: the length of region 'ROM' is no constant/],
    ['OVERWRITE_SECTIONS { .text : { *(.text) } }', /'OVERWRITE_SECTIONS' is not supported/],
    ['INCLUDE absent.ld', /the file 'absent.ld' is not there/],
    ['INCLUDE main.ld', /includes itself/],
    ['SECTIONS { .a 0x100 : { *(.text) } .b 0x100 : { *(.data) } }', /'.b' at 0x100 begins inside of section '.a'/],
    [
      'PHDRS { code PT_LOAD; }\nSECTIONS { .text : { *(.text) } :code .data : { *(.data) } :cod }',
      /2: section '.data' is put into segment 'cod', which PHDRS does not have.*'code'/,
    ],
    ['SECTIONS { .text : { *(.text) } :code }', /'.text' is put into segment 'code', which PHDRS does not have/],
    ['\nPHDRS { code PT_LOAD; }\nSECTIONS { .text : { *(.text) } }', /2: no section is put into any segment of PHDRS/],
    [
      'PHDRS {\n code PT_LOAD FILEHDR PHDRS; } SECTIONS { .text 0x10 : { *(.text) } :code }',
      /2: there is no room for the file's headers/,
    ],
    [
      'PHDRS { code PT_LOAD;\n table PT_PHDR PHDRS; } SECTIONS { .text : { *(.text) } :code :table }',
      /2: the program headers are in no segment that is loaded/,
    ],
    [
      'PHDRS { code PT_LOAD;\n note PT_NOTE FILEHDR; } SECTIONS { .text : { *(.text) } :code .data : { *(.data) } :note }',
      /2: only segments of type PT_LOAD and PT_PHDR can hold the headers/,
    ],
    [
      'SECTIONS {\n .text : { *(.text) . += 0x4000001; } =0x90 }',
      /2: 67108865 bytes of section '.text' would be filled: 67108864 are the most/,
    ],
    ['SECTIONS {\n .text : { FILL(1) . += 0x80000000; *(.text) } }', /2: 2147483648 bytes of section '.text' would/],
    ['SECTIONS { .text : ALIGN(0x8000000000000000) { *(.text) } }', /no section of any machine is aligned to/],
    ['SECTIONS { .text : { start.o(.text) *(.text) } }', /no file that is linked is named 'start.o'/],
  ];
  for (const [script, problem] of wrong) {
    it(`${script.replace(/\n/g, ' ')} is wrong`, () => {
      const found = problems(script);
      assert.ok(
        found.some((line) => problem.test(line)),
        found.join('\n'),
      );
    });
  }

  it('many wildcards in a name take no time', () => {
    const text = `.globl _start\n_start: nop\n.section ${'a'.repeat(20_000)},"ax"\nnop\n`;
    const start = process.cpuUsage().user;
    problems(`SECTIONS { .text : { *(${'*a'.repeat(30)}*b) *(.text) *(${'*a'.repeat(30)}[!c]) } }`, text);
    assert.ok(process.cpuUsage().user - start < 2_000_000);
  });

  it('knows sets of characters', () => {
    const fits = (pattern: string, name: string): boolean =>
      !problems(
        `SECTIONS { .text : { *(.text) } .found : { *(${pattern}) } ASSERT(SIZEOF(.found) == 4, "no") }`,
        `.globl _start\n_start: nop\n.section ${name},"ax"\n.word 1\n`,
      ).some((line) => line.includes('ASSERT'));
    assert.ok(fits('.x[a-c]y', '.xby'));
    assert.ok(!fits('.x[!a-c]y', '.xby'));
    assert.ok(fits('.x[^d]*', '.xb.y'));
    assert.ok(!fits('.x?', '.xby'));
    assert.ok(fits('*b?', '.bbby'));
    assert.ok(fits('.x[-a]y', '.x-y'));
  });

  it('what stands between small data in a large section is not held in memory', () => {
    const script = `SECTIONS { .text : { *(.text) } .far : { ${'BYTE(1) . += 65000; '.repeat(2000)} } }`;
    const sources = new Map([
      ['m.s', '.globl _start\n_start: nop\n'],
      ['m.ld', script],
    ]);
    const { program } = assemble({ roots: ['m.s'], sources, linkerScript: 'm.ld' });
    const held = program!.segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
    assert.ok(held < 100_000, `${held}`);
    assert.ok(program!.segments.reduce((sum, { memorySize }) => sum + memorySize, 0) > 2000);
  });

  it('puts sections into segments that PHDRS has, and fills what there is room for', () => {
    const right = [
      'SECTIONS { .text : { *(.text) } .data : { *(.data) } .n : ONLY_IF_RW { *(.n) y = 3; } ASSERT(y + 16B == 4, "y") }',
      'PHDRS { code PT_LOAD; } SECTIONS { .empty : { } :nothing .text : { *(.text) } :code .data : { *(.data) } :NONE }',
      'SECTIONS { .text : { *(.text) } :NONE }',
      'SECTIONS { .text : { *(.text) . += 0x40000000; } =0 .data : { *(.data) . += 64; } =0xff }',
    ];
    const errors = (script: string): string[] => problems(script).filter((line) => !/^\d+: warning/.test(line));
    for (const script of right) assert.deepEqual(errors(script), []);
  });

  it('asks for the script and for what it includes', () => {
    const sources = new Map([['a/main.s', 'nop\n']]);
    const request = { roots: ['a/main.s'], sources, linkerScript: 'a/main.ld' };
    assert.deepEqual(assemble(request).missing, ['a/main.ld']);
    const more = new Map([...sources, ['a/main.ld', 'INCLUDE part.ld\n']]);
    assert.ok(assemble({ ...request, sources: more }).missing.includes('a/part.ld'));
    const all = new Map([...more, ['a/part.ld', 'SECTIONS { .text 0x1000 : { *(.text) } }']]);
    assert.equal(assemble({ ...request, sources: all }).program?.sections[0]?.address, 0x1000n);
  });

  it('takes sources for the objects that a script names', () => {
    const sources = new Map([
      ['b.S', '.globl _start\n_start: nop\n nop\n'],
      ['kernel/a.S', 'ret\n'],
      ['main.ld', 'SECTIONS { . = 0x100; .text : { kernel/a.o(.text) *b.o(.text) } }'],
    ]);
    const { program } = assemble({ roots: ['b.S', 'kernel/a.S'], sources, linkerScript: 'main.ld' });
    assert.deepEqual([...program!.sections[0]!.contents.slice()].slice(0, 2), [0x82, 0x80]);
  });

  it('never fails on any text', () => {
    const words =
      'SECTIONS MEMORY { } ( ) ; , : = += . .text *(.data) 0x10 1K ENTRY PROVIDE ALIGN KEEP AT > "a" /* */ ? INCLUDE PHDRS ASSERT BYTE FILL << ~ !'.split(
        ' ',
      );
    for (let seed = 1; seed < 400; seed++) {
      const next = numbersFrom(seed * 7907);
      const text = Array.from({ length: next(60) }, () => words[next(words.length)]).join(next(2) ? ' ' : '');
      for (const { message } of parseScript('x.ld', text).diagnostics) assert.ok(message.length > 5);
      problems(text);
    }
  });
});

describe('Options of a link', () => {
  it('are seen from a folder: files, and options whose values are paths', () => {
    const words = [
      'a.o',
      '-Llib',
      '-L',
      'more',
      '--library-path=x',
      '-lc',
      '-u',
      'start',
      '-R',
      'rom.elf',
      '-z',
      'relro',
    ];
    assert.deepEqual(
      withLinkPaths(words, (path) => `/k/${path}`),
      [
        '/k/a.o',
        '-L/k/lib',
        '-L',
        '/k/more',
        '--library-path=/k/x',
        '-lc',
        '-u',
        'start',
        '-R',
        '/k/rom.elf',
        '-z',
        'relro',
      ],
    );
    assert.deepEqual(withLinkPaths(['-L', '-T'], String), ['-L', '-T']);
  });

  it('of ld that would change a program are done or refused', () => {
    const problems = (...words: string[]): readonly string[] => parseLinkWords(words).problems;
    for (const word of ['--emit-relocs', '-q', '--eh-frame-hdr', '--orphan-handling=maybe', '--build-id'])
      assert.equal(problems(word).length, 1, word);
    for (const word of ['separate-code', 'muldefs', 'stack-size=65536']) assert.equal(problems('-z', word).length, 1);
    assert.deepEqual(problems('-z', 'now', '-z', 'text', '-dynamic-linker', '/lib/ld.so', '--no-eh-frame-hdr'), []);
    assert.equal(problems('-pie', '-dynamic-linker', '/lib/ld.so').length, 1);
  });

  it('says, refuses or discards what a script does not name', () => {
    const link = (word: string): string[] => {
      const sources = new Map([
        ['m.s', '.globl _start\n_start: nop\n.section .extra,"aw"\n.word 1\n'],
        ['m.ld', 'SECTIONS { .text : { *(.text) } .data : { *(.data) } }'],
      ]);
      const linkSettings = parseLinkWords([`--orphan-handling=${word}`]).settings;
      const result = assemble({ roots: ['m.s'], sources, linkerScript: 'm.ld', linkSettings });
      const extra = result.program?.sections.some(({ name }) => name === '.extra');
      const said = result.diagnostics.flatMap(({ severity, message }) =>
        message.includes('.extra') ? [severity] : [],
      );
      return [...said, String(extra)];
    };
    assert.deepEqual(link('place'), ['true']);
    assert.deepEqual(link('warn'), ['warning', 'true']);
    assert.deepEqual(link('error'), ['error', 'undefined']);
    assert.deepEqual(link('discard'), ['false']);
  });

  it('of a launch take the place of those of the project file, with the files that it links', () => {
    const found = {
      file: '/k/hyperstep.json',
      folder: '/k',
      description: { program: ['a.s', 'b.s'], linkOptions: ['-Llib', '-lold'] },
      problems: [],
      linksFile: true,
    };
    const stated = mergeProject({ program: ['/k/a.s'] }, found);
    assert.deepEqual(stated.linkSettings?.libraryPaths, ['/k/lib']);
    const given = mergeProject({ program: ['/k/a.s'], linkOptions: ['--gc-sections', '-lnew'] }, found);
    assert.deepEqual(given.roots, ['/k/a.s', '/k/b.s']);
    assert.deepEqual(given.inputs?.at(-1), { kind: 'library', name: 'new', whole: false });
    assert.ok(given.linkSettings?.dropsUnused);
  });
});
