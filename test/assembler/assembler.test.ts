import assert from 'node:assert/strict';
import {
  findProjectOf,
  foldersAbove,
  listingOf,
  mergeProject,
  nearest,
  objectListingOf,
  parseProject,
  projectOf,
  projectOfFile,
  requestOf,
  SourceText,
  samePath,
} from '../../simulator/project';
import { assembleText, messages, sectionHex } from './assemble';

describe('Assembler diagnostics', () => {
  const cases: [text: string, expected: string][] = [
    ['adddi a0, a0, 1', "unknown instruction 'adddi'; did you mean 'addi'?"],
    ['csrw sapt, a0', "unknown CSR 'sapt'; did you mean 'satp'?"],
    ['.balin 4', "unknown directive '.balin'; did you mean '.balign'?"],
    ['add a0, a1, a9', "there is no register 'a9'"],
    ['lw a0, 0(ps)', "'ps' is no register; did you mean 'sp'?"],
    ['add a0, a1', "missing operand: expected 'add rd, rs1, rs2' or 'add rd, rs, imm'"],
    ['addi a0, a0, 4096', "'addi': imm must be an integer from -2048 to 2047, not 4096"],
    [
      'lui a0, symbol',
      "imm must be a constant here; '%hi(...)' or '%pcrel_hi(...)' gives the upper bits of an address",
    ],
    ['li a0, later\nlater = 5', "the value of 'li' must be a constant here: 'later' is not defined before this line"],
    ['j 1b', "no label '1:' before this line"],
    ['j 1f', "no label '1:' after this line"],
    ['a: nop\na: nop', "symbol 'a' is already defined"],
    ['call missing', "symbol 'missing' is not defined"],
    ['start: call strat', "symbol 'strat' is not defined; did you mean 'start'?"],
    ['nop // comment', "GNU as takes '//' comments only in preprocessed sources (.S); '#' starts a comment here"],
    ['.bss\n.word 1', "section '.bss' holds no data: only space can be reserved in it"],
    [
      '.macro m\nnop\n.endmacro',
      "GNU as has no '.endmacro', and takes what follows for more of the macro: write '.endm'",
    ],
    ['.rept x\n.endr', "the number of repetitions must be a constant here: 'x' is not defined before this line"],
    ['.macro m a:req\n.endm\nm', "macro 'm' needs a value for its parameter 'a'"],
    [
      'beq a0, a1, far\n.globl far\n.section .other,"ax"\n.skip 3000000\nfar: nop',
      "'far': the target is 3000004 bytes away: this instruction reaches from -1048576 to 1048574; 'call' or 'tail' reaches 2 GiB",
    ],
  ];
  for (const [text, expected] of cases) {
    it(expected, () => {
      const found = assembleText(text).diagnostics.map((diagnostic) => diagnostic.message);
      assert.ok(found.includes(expected), found.join('\n'));
    });
  }

  it('stand at the columns of what is wrong', () => {
    const at = (text: string): string => {
      const { range } = assembleText(text).diagnostics[0]!;
      return `${range.start.line}:${range.start.column}-${range.end.column}`;
    };
    assert.equal(at('  addi a0, a0, 99999'), '0:15-20');
    assert.equal(at('nop\n  bogus a0 # x'), '1:2-7');
    assert.equal(at('x: add a0, zz, a1'), '0:11-13');
    assert.equal(at('.word 1, nope'), '0:9-13');
  });

  it('in expansions name the line in the macro, and each call that led there', () => {
    const result = assembleText(
      '.macro inner x\n addi a0, a0, \\x\n.endm\n.macro outer\n inner 5000\n.endm\n\nouter\n',
    );
    const [problem] = result.diagnostics;
    assert.equal(problem!.range.start.line, 1);
    assert.deepEqual(
      problem!.related!.map(({ range, message }) => [range.start.line, message]),
      [
        [4, "macro 'inner' called here"],
        [7, "macro 'outer' called here"],
      ],
    );
  });

  it('quote little, and say each thing once', () => {
    const long = assembleText(`${'x'.repeat(5000)} a0`).diagnostics;
    assert.ok(long.length === 1 && long[0]!.message.length < 150);
    assert.deepEqual(messages(assembleText('la a0, nowhere')), ["1: error: symbol 'nowhere' is not defined"]);
  });

  it('nearest words come in order', () => {
    assert.deepEqual(nearest('sstats', ['sstatus', 'mstatus', 'stvec'], 2), ['sstatus', 'mstatus']);
  });
});

describe('Line table of assembled programs', () => {
  const text =
    '.globl _start\n_start: nop\n.macro twice reg\n addi \\reg, \\reg, 1\n addi \\reg, \\reg, 1\n.endm\n twice a0\n twice a1\n la a2, _start\n.rept 2\n nop\n.endr\n';

  it('gives every byte its chain of origins', () => {
    const { program } = assembleText(text);
    const origin = program!.lines.find(program!.entry + 4n)!.origin;
    assert.deepEqual([origin.line, origin.via, origin.name], [4, 'macro', 'twice']);
    assert.deepEqual([origin.parent!.line, origin.parent!.column], [6, 1]);
  });

  it('a macro call is one address, a line in its body one for each expansion, a pseudo-instruction one', () => {
    const { lines, entry } = assembleText(text).program!;
    const offsets = (line: number): number[] =>
      lines.addressesOfLine('main.s', line).map((address) => Number(address - entry));
    assert.deepEqual(offsets(1), [0]);
    assert.deepEqual(offsets(6), [2]);
    assert.deepEqual(offsets(7), [6]);
    assert.deepEqual(offsets(3), [2, 6]);
    assert.deepEqual(offsets(4), [4, 8]);
    assert.deepEqual(offsets(8), [10]);
    assert.deepEqual(offsets(9), [18]);
    assert.deepEqual(offsets(0), []);
  });

  it('knows the files of includes', () => {
    const { program } = assembleText('#include "code.h"\nnop\n', { name: 'main.S', files: { 'code.h': 'nop\n' } });
    const [first, second] = program!.lines.rows;
    assert.deepEqual(
      [first!.origin.file, first!.origin.via, first!.origin.parent!.file],
      ['code.h', 'include', 'main.S'],
    );
    assert.equal(second!.origin.file, 'main.S');
  });
});

describe('Files of a program', () => {
  it('are asked for until all are there', () => {
    const first = assembleText('.include "a.inc"\n.incbin "b.bin"\n');
    assert.deepEqual(first.missing, ['a.inc', 'b.bin']);
    assert.equal(first.program, undefined);
    const second = assembleText('.include "a.inc"\n.incbin "b.bin"\n', {
      files: { 'a.inc': 'nop', 'b.bin': Uint8Array.of(1, 2) },
    });
    assert.equal(sectionHex(second), '01000102');
  });

  it('are looked for beside the including file, then in the include paths', () => {
    const result = assembleText('#include "x.h"\n', {
      name: 'src/main.S',
      includePaths: ['inc'],
      absent: new Set(['src/x.h']),
    });
    assert.deepEqual(result.missing, ['inc/x.h', 'x.h']);
    assert.deepEqual(assembleText('#include <x.h>\n', { name: 'src/main.S', includePaths: ['inc'] }).missing, [
      'inc/x.h',
    ]);
  });

  it('take macros from outside', () => {
    assert.equal(sectionHex(assembleText('li a0, N\n', { name: 'main.S', defines: { N: '5' } })), '1545');
  });
});

describe('Project', () => {
  it('reads hyperstep.json and says what is wrong in it', () => {
    const { description, problems } = parseProject(
      '{ "program": ["a.s", "lib/b.s"], "includePaths": ["inc"], "defines": { "A": 1 }, "layout": { "textBase": "0x80400000" }, "march": 5 }',
    );
    assert.deepEqual(problems, ['"march" must be a string such as "rv64imac_zicsr", not 5']);
    const project = projectOf(description, '/w', undefined);
    assert.deepEqual(project.roots, ['/w/a.s', '/w/lib/b.s']);
    assert.deepEqual(
      [project.includePaths, project.defines, project.layout.textBase, project.stated],
      [['/w/inc'], { A: '1' }, 0x8040_0000n, true],
    );
    assert.equal(requestOf(project).undefinedSymbols, 'error');
    for (const text of ['', '[]', '{', 'null', '{"program": 5, "layout": {"textBase": "x"}}'])
      assert.ok(parseProject(text).problems.length > 0, text);
  });

  it('is looked for from a file upward, and goes behind what is given', async () => {
    const files = new Map([
      ['/w/hyperstep.json', '{ "program": "src/a.S", "layout": { "textBase": "0x80400000" } }'],
      ['/w/src/a.S', 'nop\n'],
      ['/w/src/b.S', 'nop\n'],
      ['/hyperstep.json', '{ "march": "rv64i" }'],
      ['/v/c.S', 'nop\n'],
    ]);
    const read = async (path: string) => {
      const text = files.get(path);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    };
    const project = async (program: string[], given: object = {}, root?: string) =>
      mergeProject({ program, ...given }, await findProjectOf({ program }, read, root));
    const a = await project(['/w/src/a.S'], { defines: { A: '1' } });
    assert.deepEqual([a.roots, a.defines, a.layout.textBase], [['/w/src/a.S'], { A: '1' }, 0x8040_0000n]);
    const b = await project(['/w/src/b.S'], { layout: { textBase: 16 } });
    assert.deepEqual([b.roots, b.layout.textBase], [['/w/src/b.S'], 16n]);
    assert.equal((await project(['/v/c.S'])).march, 'rv64i');
    assert.equal((await project(['/v/c.S'], { march: 'rv64imac' })).march, 'rv64imac');
    assert.equal((await project(['/v/c.S'], {}, '/v')).march, undefined);
    assert.equal((await project(['/v/c.S', '/w/src/a.S'])).march, undefined);
  });

  it('is looked for in every folder above, whatever the path is like', () => {
    assert.deepEqual(foldersAbove('/a/b/c.S'), ['/a/b', '/a', '/']);
    assert.deepEqual(foldersAbove('file:///a/c.S'), ['file:///a', 'file:///']);
    assert.deepEqual(foldersAbove('C:\\a\\c.S'), ['C:\\a', 'C:\\']);
    assert.deepEqual(foldersAbove('c.S'), ['']);
    assert.ok(samePath('C:\\a\\c.S', 'C:/a/./c.S'));
  });

  it('a file alone is its own program, in which undefined symbols are hints', () => {
    const request = requestOf(projectOfFile('/w/x.s'));
    assert.deepEqual([request.roots, request.undefinedSymbols], [['/w/x.s'], 'hint']);
    const result = assembleText('call elsewhere\n', { undefinedSymbols: 'hint' });
    assert.deepEqual(messages(result), ["1: hint: symbol 'elsewhere' is not defined"]);
  });
});

describe('Layout', () => {
  it('puts data where it is asked to, and refuses sections on top of each other', () => {
    const text = '.globl _start\n_start: la a0, x\n.data\nx: .dword x\n';
    const layout = { textBase: 0x8020_0000n, dataBase: 0x8100_0000n, entry: '_start' };
    const { program } = assembleText(text, { layout });
    assert.equal(program!.sections.find((section) => section.name === '.data')!.address, 0x8100_0000n);
    const broken = assembleText(text, { layout: { ...layout, dataBase: 0x8020_0004n } });
    assert.match(messages(broken).join(), /begins inside of section '\.text'/);
    assert.match(
      messages(assembleText(text, { layout: { ...layout, entry: 'nowhere' } })).join(),
      /entry symbol 'nowhere'/,
    );
  });
});

describe('Listing', () => {
  it('of an object has offsets', () => {
    const text = ' nop\n.rept 2\n.word 5\n.endr\n';
    const [unit] = assembleText(text, { link: false }).units;
    assert.deepEqual(
      objectListingOf(unit!.object, [SourceText.parse('main.s', text)])
        .split('\n')
        .map((line) => line.trimEnd()),
      [
        'main.s',
        '00000000 0100                   1   nop',
        '                                2  .rept 2',
        '00000002 05000000                  > .word 5  (repeated, main.s:3)',
        '00000006 05000000                  > .word 5  (repeated, main.s:3)',
        '                                3  .word 5',
        '                                4  .endr',
        '                                5',
        '',
      ],
    );
  });

  it('shows addresses, bytes and expansions', () => {
    const text = '.globl _start\n_start: li a0, 0x12345678\n.macro m\n nop\n.endm\n m\n.data\n.dword 1, 2\n';
    const listing = listingOf(assembleText(text).program!, [SourceText.parse('main.s', text)]);
    assert.deepEqual(
      listing.split('\n').map((line) => line.trimEnd()),
      [
        'main.s',
        '                                        1  .globl _start',
        '0000000080200000 375534121b058567       2  _start: li a0, 0x12345678',
        '                                        3  .macro m',
        '                                        4   nop',
        '                                        5  .endm',
        '                                        6   m',
        '0000000080200008 0100                      > nop  (macro m, main.s:4)',
        '                                        7  .data',
        '000000008020100a 0100000000000000       8  .dword 1, 2',
        '0000000080201012 0200000000000000',
        '                                        9',
        '',
      ],
    );
  });
});
