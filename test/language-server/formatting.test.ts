import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TextEdit } from 'vscode-languageserver';
import { formatLines } from '../../extension/language-server/features/formatting';
import { assemble, SourceText } from '../../simulator/project';
import { ask, type Setting } from './ask';
import { applyEdits, parseMarked } from './marks';

const options = { tabSize: 4, insertSpaces: true };

async function format(method: string, marked: string, more: object = {}, setting?: Setting): Promise<string> {
  const edits = await ask<TextEdit[]>(method, marked, { options, ...more }, setting);
  return applyEdits(parseMarked(marked).text, edits);
}

describe('Language server: formatting', () => {
  it('puts labels at the edge, indents statements, and keeps columns and comments', async () => {
    const text =
      '_start:nop\nadd   a0,a1 ,a2   # note\n    li\ta0 , 5;  nop\nx=5\n  .asciz "a,b",  "c"\n#comment\n1:  j 1b\nlabel:    ret  \n/* open\n   text */\n';
    assert.equal(
      await format('textDocument/formatting', text),
      '_start: nop\n    add   a0, a1, a2   # note\n    li\ta0, 5;  nop\nx = 5\n    .asciz "a,b",  "c"\n#comment\n1:  j 1b\nlabel:    ret\n/* open\n   text */\n',
    );
  });

  const cases: readonly [what: string, before: string, after: string, name?: string][] = [
    ['a comment stays in its column', '\tnop\n  add a0,a1,a2    # c', '\tnop\n\tadd a0, a1, a2    # c'],
    ['a character that is a comma or a space', "    .byte ',' ,' ,1", "    .byte ',', ' , 1"],
    ['comments between labels', 'a: /* x */ b:nop', 'a: /* x */ b:nop'],
    ['what is no statement', '  )a0 ,a1', '  )a0 ,a1'],
    [
      'continued lines',
      '#define A \\\n  nop ;\\\n  mv a0 ,a1\n mv a0 ,a1',
      '#define A \\\n  nop ;\\\n  mv a0 ,a1\n  mv a0, a1',
      'main.S',
    ],
    ['the indentation that most lines have', '\tnop\n\tnop\n  nop', '\tnop\n\tnop\n\tnop'],
    ['several statements', '  nop;nop ; nop', '  nop; nop ; nop'],
    [
      'what looks like a call of a macro',
      'GET(a1)\n\tnop\n  SAVE(a0,1)\n',
      'GET(a1)\n\tnop\n  SAVE(a0, 1)\n',
      'main.S',
    ],
    ['the blank before a comment', '\tnop\n\tadd a0,a1,a2 // c', '\tnop\n\tadd a0, a1, a2 // c', 'main.S'],
    ['the blank before a comment that gives way', '    add a0,a1,a2 /* c */', '    add a0, a1, a2 /* c */'],
    ['directives at the edge', '.text\n.globl f\nf:\n\tnop\n', '.text\n.globl f\nf:\n\tnop\n'],
    ['directives where most are indented', '\t.text\n\t.data\n.bss\n', '\t.text\n\t.data\n\t.bss\n'],
    ['columns behind commas', '\tsd a0,   8(sp)\n\tsd a1,\t16(sp)\n', '\tsd a0,   8(sp)\n\tsd a1,\t16(sp)\n'],
    ['a column behind a label', '1:\tnop\n2:  nop\n3:nop', '1:\tnop\n2:  nop\n3: nop'],
    ['what is deeper than the rest', '\tnop\n\tnop\n\t\tnop\n   nop', '\tnop\n\tnop\n\t\tnop\n\tnop'],
    ['a source without spaces behind commas', '\tadd a0,a1,a2\n'.repeat(4), '\tadd a0,a1,a2\n'.repeat(4)],
    [
      'directives that a compiler writes in another way than instructions',
      `${'\tadd\ta0,a1,a2\n'.repeat(8)}\t.type\tf, @function\n\t.section\t.x,"a"\n\t.size\tf, .-f\n\t.byte\t1,2\n${'\t.set\ta, 1\n'.repeat(9)}`,
      `${'\tadd\ta0,a1,a2\n'.repeat(8)}\t.type\tf, @function\n\t.section\t.x,"a"\n\t.size\tf, .-f\n\t.byte\t1,2\n${'\t.set\ta, 1\n'.repeat(9)}`,
    ],
    [
      'two indentations that are both meant',
      `${'    nop\n'.repeat(20)}${'\tret\n'.repeat(9)}  nop\n`,
      `${'    nop\n'.repeat(20)}${'\tret\n'.repeat(9)}    nop\n`,
    ],
    ['labels of which all are indented', '\ta:\n\tb:\n\tc: nop\n', '\ta:\n\tb:\n\tc: nop\n'],
    [
      'text between #if 0 and its end',
      '\tnop\n#if 0\nTo do: a,b\n#if X\n Note: c,d\n#endif\n  x,y\n#else\nnop\n#endif\nnop',
      '\tnop\n#if 0\nTo do: a,b\n#if X\n Note: c,d\n#endif\n  x,y\n#else\n\tnop\n#endif\n\tnop',
      'main.S',
    ],
    ['a string over several lines', '  .ascii "a   \n b,c   \n:d" ,1', '  .ascii "a   \n b,c   \n:d" ,1'],
    [
      'strings over lines that follow each other, and what stands behind them',
      '    nop\nl:.ascii "a ,b\nx:y ,z \n" ; .ascii "c\n ,d"\nmv a0,a1',
      '    nop\nl:.ascii "a ,b\nx:y ,z \n" ; .ascii "c\n ,d"\n    mv a0, a1',
    ],
    [
      'what stands behind a quote that is skipped',
      '#if 0\n\tsay "open\n#endif\n\tnop\nmv a0,a1\n',
      '#if 0\n\tsay "open\n#endif\n\tnop\n\tmv a0, a1\n',
      'main.S',
    ],
    [
      'comments in conditional parts',
      '#ifdef X\n  // a , b\n\t/* c */\n#endif\n',
      '#ifdef X\n  // a , b\n\t/* c */\n#endif\n',
      'main.S',
    ],
    ['an assignment that must be new', 'a==1', 'a == 1'],
  ];
  for (const [what, before, after, name] of cases) {
    it(`keeps or puts right ${what}`, async () => {
      assert.equal(await format('textDocument/formatting', before, {}, name ? { name } : undefined), after);
    });
  }

  it('of a range touches its lines alone', async () => {
    const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 3 } };
    const text = '    nop\nmv a0,a1\nmv a0,a1';
    assert.equal(await format('textDocument/rangeFormatting', text, { range }), '    nop\n    mv a0, a1\nmv a0,a1');
  });

  it('while typing formats the line that was finished, and labels', async () => {
    const text = '    nop\nmv a0,a1\n$0';
    assert.equal(await format('textDocument/onTypeFormatting', text, { ch: '\n' }), '    nop\n    mv a0, a1\n');
    assert.equal(await format('textDocument/onTypeFormatting', '    nop\n    loop:$0', { ch: ':' }), '    nop\nloop:');
    assert.equal(await format('textDocument/onTypeFormatting', '$0', { ch: '\n' }), '');
  });

  it('of a range or while typing leaves the lines of a string alone', async () => {
    const text = '    nop\n.ascii "a ,b\nc ,d:\n$0  e" ,1\n';
    const plain = parseMarked(text).text;
    for (const line of [1, 2, 3]) {
      const range = { start: { line, character: 0 }, end: { line, character: 3 } };
      assert.equal(await format('textDocument/rangeFormatting', text, { range }), plain);
    }
    for (const ch of ['\n', ':']) assert.equal(await format('textDocument/onTypeFormatting', text, { ch }), plain);
  });
});

/** Pieces of sources, with white space where it may stand. */
const space = fc.constantFrom('', ' ', '  ', '\t', '   ');
const gap = fc.constantFrom(' ', '  ', '\t', '\t\t');
const register = fc.constantFrom('a0', 't1', 'sp', 'x5', 's0');
const comma = fc.tuple(space, space).map(([before, after]) => `${before},${after}`);
const value = fc.constantFrom(
  '1',
  "'a'",
  "',",
  "' ",
  "'\\n'",
  '0x10',
  'n',
  '(1 + 2)',
  '1+ 2',
  '/* , */ 3',
  '"a , b"',
  'l - .',
  "';'",
);
const text = fc.constantFrom('"a,b"', '"# no ; , comment"', '"\\" ,"', '"/*"', '""');
const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<string> =>
  fc.array(fc.tuple(item, comma), { minLength: 1, maxLength: 3 }).map((parts) => {
    const joined = parts.map(([part, separator]) => `${part}${separator}`).join('');
    return joined.slice(0, joined.length - parts.at(-1)![1].length);
  });
const statement = fc.oneof(
  fc.tuple(gap, list(register)).map(([g, operands]) => `add${g}${operands}`),
  fc.tuple(gap, register, comma, space, register).map(([g, a, c, s, b]) => `ld${g}${a}${c}8${s}(${b})`),
  fc.tuple(fc.constantFrom('.byte', '.word', '.dword'), gap, list(value)).map(([d, g, v]) => `${d}${g}${v}`),
  fc.tuple(fc.constantFrom('.ascii', '.asciz'), gap, list(text)).map(([d, g, v]) => `${d}${g}${v}`),
  fc.tuple(gap, list(fc.oneof(register, value))).map(([g, v]) => `m${g}${v}`),
  fc.tuple(space, space, value).map(([a, b, v]) => `n${a}=${b}${v}`),
  fc.constantFrom(
    'nop',
    'ret',
    ')',
    '"x',
    '.if n',
    '.endif',
    '.rept 2',
    '.endr',
    '.irp r , a0,a1',
    'mv \\r , a0',
    '.ifc a ,b',
  ),
);
const comment = fc.oneof(
  fc.constant(''),
  fc.tuple(space, fc.constantFrom('# c , d', '/* c ; */', '# "open', '/* a */ # b')).map(([s, c]) => s + c),
);
const label = fc.oneof(
  fc.constant(''),
  fc.tuple(fc.constantFrom('l', '1', '.L1', 'l2'), space, space).map(([name, a, b]) => `${name}${a}:${b}`),
  fc.constant('1: 2:'),
  fc.constant('l3: /* between */ 4: '),
);
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(space, label, statement, comment, space).map((parts) => parts.join('')) },
  {
    weight: 2,
    arbitrary: fc.tuple(space, statement, space, statement, comment).map(([a, b, c, d, e]) => `${a}${b}${c};${d}${e}`),
  },
  { weight: 1, arbitrary: fc.tuple(space, label, comment).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.constantFrom('/* open', 'closed */ nop', '#define n 3 \\', '# if', '  \\', 'nop \\') },
);
const source = fc
  .array(line, { maxLength: 20 })
  .map((lines) => ['.macro m a , b ,c:vararg', ' .byte \\a', ' .asciz "\\c"', '.endm', ...lines].join('\n'));

/** The bytes of all sections, and what is wrong, without the places. */
function meaning(contents: string, path: string): unknown {
  const { units, diagnostics } = assemble({ roots: [path], sources: new Map([[path, contents]]) });
  const sections = units.flatMap(({ object }) => object.sections.map(({ name, bytes }) => [name, [...bytes]]));
  return [sections, diagnostics.map(({ code, severity }) => [code, severity]).sort()];
}

function formatted(contents: string, path: string): string {
  return applyEdits(contents, formatLines(SourceText.parse(path, contents), options, 0, Number.POSITIVE_INFINITY));
}

describe('Language server: formatting of any source', () => {
  for (const path of ['x.s', 'x.S']) {
    it(`changes no byte, and nothing the second time (${path})`, () => {
      fc.assert(
        fc.property(source, (contents) => {
          const once = formatted(contents, path);
          assert.equal(formatted(once, path), once);
          assert.deepEqual(meaning(once, path), meaning(contents, path));
          assert.equal(once.replace(/\s/g, ''), contents.replace(/\s/g, ''));
        }),
        { numRuns: 1000, seed: 4 },
      );
    });
  }
});
