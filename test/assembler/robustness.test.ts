import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../simulator/project';
import { numbersFrom } from '../support/random';
import { assembleText, messages } from './assemble';

const folder = 'test/assembler/sources';
const corpus = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
const tokens = [
  '.macro m a b=1',
  '.endm',
  '.rept 3',
  '.endr',
  '.irp x,1,2',
  '.if',
  '.else',
  '.endif',
  '.include "main.s"',
  '#include "main.S"',
  '#define A(x) x A(x)',
  '#if',
  '#endif',
  'm',
  '\\a',
  '\\@',
  '(',
  ')',
  '((((',
  '"',
  "'",
  '/*',
  '*/',
  '%hi(',
  '%lo',
  '1f',
  '1b',
  '-',
  '<<',
  '0x',
  '99999999999999999999',
  '.org 0',
  '.org -1',
  '.align 99',
  '.balign 3',
  '.space -1',
  '.space 1<<40',
  '.fill 1<<40,8,1',
  '.set a, b',
  '.set b, a',
  '.word a',
  'li a0,',
  ',',
  '=',
  ':',
  ';',
  '\n',
  '\n',
  '\0',
  '\u{1F600}',
  '.section',
  '.popsection',
  '.uleb128 a-b',
  'beq',
  'a0',
  'x = y',
  'y = x + 1',
  '.size x, y',
];

describe('Assembler with any text', function () {
  this.timeout(60_000);

  it('survives sources with random parts cut out, repeated and put in', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const next = numbersFrom(seed * 15485863);
      let text = corpus[next(corpus.length)]!;
      for (let i = next(12); i >= 0; i--) {
        const at = next(text.length + 1);
        const kind = next(3);
        if (kind === 0) text = text.slice(0, at) + text.slice(at + next(30));
        else if (kind === 1) text = text.slice(0, at) + tokens[next(tokens.length)]! + text.slice(at);
        else text = text.slice(0, at) + text.slice(at, at + next(200)).repeat(2) + text.slice(at);
      }
      for (const name of ['main.s', 'main.S']) {
        const result = assembleText(text, { name });
        assert.ok(result.program || result.diagnostics.length > 0 || result.missing.length > 0);
      }
    }
  });

  it('survives random tokens', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = numbersFrom(seed * 32452843);
      const text = Array.from({ length: 5 + next(40) }, () => tokens[next(tokens.length)]).join(next(3) ? ' ' : '\n');
      for (const name of ['main.s', 'main.S']) assembleText(text, { name });
    }
  });

  const bombs: Record<string, string> = {
    'a macro that calls itself': '.macro m\nm\nm\n.endm\nm\n',
    'a macro that doubles its argument': '.macro m a\n.ascii "\\a"\nm \\a\\a\n.endm\nm xx\n',
    'a symbol that is set again and again': '.rept 3000000\n.set x, x + 1\n.endr\n',
    'a mistake that is repeated': '.rept 1000000\nbogus\n.endr\n',
    'nested repeats': `${'.rept 1000\n'.repeat(10)}nop\n${'.endr\n'.repeat(10)}`,
    'a deep expression': `.word ${'('.repeat(100_000)}1${')'.repeat(100_000)}\n`,
    'a long chain of operators': `.word ${'-'.repeat(50_000)}1\n`,
    'a file that includes itself': '.include "main.s"\n',
    'symbols that stand for each other': '.set a, b\n.set b, a\n.word a\n.dword b - a\n',
    'a long chain of symbols': `${Array.from({ length: 20_000 }, (_, i) => `.set s${i}, s${i + 1}`).join('\n')}\n.word s0\n`,
    'a line of a megabyte': `.byte ${'1,'.repeat(500_000)}1\n`,
    'too much space': '.space 0x7fffffffffffffff\n.fill 0xffffffff, 8, 1\n.bss\n.skip 1 << 62\n',
    'an alignment for ever': '.align 60\n.balign 1 << 40\n',
    'values that double': `${Array.from({ length: 60 }, (_, i) => `.eqv e${i}, e${i + 1} + e${i + 1}`).join('\n')}\n.word e0\n`,
    'a long sum': `.word 1${'+1'.repeat(500_000)}\n`,
    'a long sum of symbols': `.word x${' + x'.repeat(500_000)}\n`,
    'too far': '.org 0x7fffffffffffffff\n.data\n.org 0xffffffffffff\nx: .org x + (1 << 50)\n',
    'many sections': `${Array.from({ length: 2000 }, (_, i) => `.section s${i},"aG",@progbits,g${i},comdat\n.byte 1\n`).join('')}.bogus\n`,
    'many subsections': `${Array.from({ length: 20_000 }, (_, i) => `.subsection ${(i * 7919) % 8192}\n.byte 1\n`).join('')}.bogus\n`,
    'many macros within another': `.macro m0\n${Array.from({ length: 2000 }, (_, i) => `.macro m${i + 1}\n`).join('')}`,
    'lines where nothing is': '.file 1 "a.c"\n.struct 8\n.loc_mark_labels 1\nx: .loc 1 1\n.loc 1 2\nnop\n.bogus\n',
    'text without an end': '.macro m\n.rept 5\n.if 1\n/* "',
  };
  for (const [what, text] of Object.entries(bombs)) {
    it(`ends in a diagnostic: ${what}`, () => {
      // Of the processor: what else runs on this computer does not count.
      const start = process.cpuUsage();
      const result = assembleText(text);
      const { user, system } = process.cpuUsage(start);
      const seconds = (user + system) / 1e6;
      if (what !== 'a line of a megabyte' && what !== 'a long chain of operators')
        assert.ok(messages(result).length > 0);
      assert.ok(seconds < 5, `${seconds} s`);
    });
  }

  it('preprocessor macros that name themselves or grow without end', () => {
    const texts = [
      '#define A A\nA: nop\n',
      '#define A B\n#define B A\nli a0, A\n',
      '#define X(a) a a\nX(X(X(X(X(X(X(X(X(X(X(X(X(X(X(X(X(X(X(X(nop))))))))))))))))))))\n',
      '#include "main.S"\n',
      '#if (((((\n#endif\n',
      '#define F(\n',
      'F(\n',
    ];
    for (const text of texts) assembleText(text, { name: 'main.S' });
  });

  it('roots that are missing, empty, binary, or broken objects', () => {
    const bytes = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1);
    const sources = new Map<string, string | Uint8Array>([
      ['empty.s', ''],
      ['binary.s', Uint8Array.from({ length: 300 }, (_, i) => i)],
      ['broken.o', bytes],
    ]);
    const result = assemble({ roots: ['absent.s', 'empty.s', 'binary.s', 'broken.o'], sources });
    assert.deepEqual(result.missing, ['absent.s']);
    assert.ok(result.diagnostics.some((d) => d.file === 'broken.o' && /ELF header/.test(d.message)));
  });
});
