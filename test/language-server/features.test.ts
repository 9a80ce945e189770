import assert from 'node:assert/strict';
import type {
  CompletionItem,
  DocumentSymbol,
  FoldingRange,
  Hover,
  Location,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { TestClient } from './client';
import { applyEdits } from './marks';

type Files = Readonly<Record<string, string>>;

/** Opens `main.s` with a cursor and asks one request about it. */
async function ask<T>(
  method: string,
  marked: string,
  more: object = {},
  files: Files = {},
  name = 'main.s',
): Promise<T> {
  const client = await TestClient.start(files);
  try {
    const { uri, position } = await client.open(name, marked);
    return await client.request<T>(method, { textDocument: { uri }, position, ...more });
  } finally {
    client.stop();
  }
}

async function hover(marked: string, files: Files = {}, name = 'main.s'): Promise<string> {
  const result = await ask<Hover | null>('textDocument/hover', marked, {}, files, name);
  return result ? (result.contents as { value: string }).value : '';
}

async function complete(marked: string, name = 'main.s'): Promise<string[]> {
  const items = await ask<CompletionItem[]>('textDocument/completion', marked, {}, {}, name);
  return items.map((item) => item.label);
}

async function definition(marked: string, files: Files = {}, name = 'main.s'): Promise<string[]> {
  const found = (await ask<Location[] | null>('textDocument/definition', marked, {}, files, name)) ?? [];
  return found.map(({ uri, range }) => `${uri.replace('file:///w/', '')}:${range.start.line}:${range.start.character}`);
}

describe('Language server: hover', () => {
  it('says what an instruction does, its operands, encoding and privilege', async () => {
    assert.match(await hover('a$0ddi a0, a1, 1'), /addi rd, rs1, imm[\s\S]*rd = rs1 \+ imm[\s\S]*000\..*0010011/);
    assert.match(await hover('csrw$0 satp, t0'), /traps to the VMM/);
    assert.match(await hover('amoadd.w.a$0q a0, a1, (a2)'), /amoadd\.w\.aq rd, rs2, \(rs1\)/);
  });
  it('shows what a pseudo-instruction stands for', async () => {
    assert.match(await hover('l$0a a0, x'), /auipc rd, %pcrel_hi\(symbol\)/);
  });
  it('shows where code stands and its bytes', async () => {
    assert.match(await hover('.globl _start\n_start: n$0op\n'), /At `0x80200000`: `01 00`/);
  });
  it('describes registers, CSRs with fields, operators, directives and numbers', async () => {
    assert.match(await hover('add a0, s$00, a1'), /s0.*x8.*saved by the callee/);
    assert.match(await hover('csrr a0, sat$0p'), /CSR 0x180[\s\S]*MODE[\s\S]*Sv39[\s\S]*traps to the VMM/i);
    assert.match(await hover('fadd.d fa0, fs$01, fa1'), /fs1.*f9.*saved by the callee/);
    assert.match(await hover('lui a0, %h$0i(x)'), /Upper 20 bits/);
    assert.match(await hover('.bal$0ign 8'), /multiple of a number of bytes/);
    assert.match(await hover('li a0, 0x1$00'), /16 = 0x10 = 0b10000/);
  });
  it('shows the value of symbols and the text of macros and #define', async () => {
    assert.match(await hover('.equ size, 40\n li a0, si$0ze'), /size\*\* = `0x28` \(40\)/);
    assert.match(await hover('.globl _start\n_start: j ne$0xt\nnext: nop'), /next\*\* = `0x80200002`: local in \.text/);
    assert.match(await hover('.macro push r:req\n sd \\r, 0(sp)\n.endm\npu$0sh a0'), /\.macro push r:req[\s\S]*sd \\r/);
    assert.match(await hover('#define UART 0x10000000\nli a0, UA$0RT', {}, 'main.S'), /#define UART 0x10000000/);
  });
});

describe('Language server: completion', () => {
  it('offers mnemonics, macros and directives where a statement starts', async () => {
    const labels = await complete('.macro mine\n.endm\nlabel: ad$0');
    for (const label of ['addi', 'amoadd.w', 'mine', 'csrw']) assert.ok(labels.includes(label), label);
    assert.ok((await complete('.bal$0')).includes('.balign'));
    assert.ok((await complete('#in$0', 'main.S')).includes('#include'));
  });
  it('offers what fits the operand', async () => {
    const registers = await complete('counter: add a0, $0');
    assert.ok(registers.includes('t0') && registers.includes('counter') && !registers.includes('addi'));
    assert.ok((await complete('fadd.d fa0, $0')).includes('ft11'));
    const csrs = await complete('csrw s$0');
    assert.ok(csrs.includes('satp') && !csrs.includes('t0'));
    assert.ok((await complete('csrr a0, $0')).includes('scause'));
    assert.ok((await complete('lui a0, %$0')).includes('%hi'));
    assert.deepEqual((await complete('.option $0')).slice(0, 2), ['rvc', 'norvc']);
    const bases = await complete('x: ld a0, 8($0');
    assert.ok(bases.includes('sp') && !bases.includes('x'));
  });
  it('offers nothing in comments and strings', async () => {
    assert.deepEqual(await complete('nop # ad$0'), []);
    assert.deepEqual(await complete('.asciz "ad$0'), []);
  });
});

describe('Language server: navigation', () => {
  const project = {
    'hyperstep.json': '{ "program": ["main.s", "other.s"] }',
    'other.s': '.globl helper\nhelper: ret\nlocal: j local\n',
    'inc.inc': 'inside: nop\n.macro m\n.endm\n',
  };
  it('finds labels, numeric labels, macros, defines and files', async () => {
    assert.deepEqual(await definition('a: nop\n j $0a'), ['main.s:0:0']);
    assert.deepEqual(await definition('1: nop\n1: j 1$0b\n1:'), ['main.s:1:0']);
    assert.deepEqual(await definition('1: j 1f$0\n1: nop'), ['main.s:1:0']);
    assert.deepEqual(await definition('.macro push r\n.endm\n pu$0sh a0'), ['main.s:0:7']);
    assert.deepEqual(await definition('#define N 5\nli a0, $0N', {}, 'main.S'), ['main.S:0:8']);
    assert.deepEqual(await definition('.include "inc$0.inc"', project), ['inc.inc:0:0']);
    assert.deepEqual(await definition('.include "inc.inc"\n j ins$0ide', project), ['inc.inc:0:0']);
  });
  it('goes to other files of the program', async () => {
    assert.deepEqual(await definition(' call hel$0per', project), ['other.s:1:0']);
    assert.deepEqual(await definition('local: nop\n j loc$0al', project), ['main.s:0:0']);
  });
  it('finds references and highlights', async () => {
    const references = await ask<Location[]>(
      'textDocument/references',
      ' call hel$0per\n j helper',
      { context: { includeDeclaration: true } },
      project,
    );
    assert.equal(references.length, 4);
    const highlights = await ask<object[]>('textDocument/documentHighlight', 'a: addi a0, $0a0, 1\n mv a0, a1');
    assert.equal(highlights.length, 3);
  });
  it('renames in all files, and refuses what would break', async () => {
    const edit = await ask<WorkspaceEdit>('textDocument/rename', ' call hel$0per', { newName: 'assist' }, project);
    assert.deepEqual(
      Object.entries(edit.changes!)
        .map(([uri, edits]) => [uri, edits.length])
        .sort(),
      [
        ['file:///w/main.s', 1],
        ['file:///w/other.s', 2],
      ],
    );
    for (const newName of ['a0', '1x', 'satp', 'other', '']) {
      await assert.rejects(ask('textDocument/rename', 'first$0: nop\nother: nop', { newName }), newName);
    }
    assert.equal(await ask('textDocument/prepareRename', 'add a$00, a0, a0'), null);
  });
  it('lists symbols of a document and of the workspace', async () => {
    const symbols = await ask<DocumentSymbol[]>(
      'textDocument/documentSymbol',
      '_start: nop\n.Lx: nop\n.equ n, 5\n.macro m\nnop\n.endm\nend: ret\n',
    );
    assert.deepEqual(
      symbols.map(({ name, range }) => `${name} ${range.start.line}-${range.end.line}`),
      ['_start 0-5', 'n 2-2', 'm 3-5', 'end 6-7'],
    );
    const client = await TestClient.start(project);
    await client.open('main.s', 'call helper');
    const found = await client.request<{ name: string }[]>('workspace/symbol', { query: 'HELP' });
    assert.deepEqual(
      found.map(({ name }) => name),
      ['helper'],
    );
    client.stop();
  });
});

describe('Language server: document', () => {
  it('folds blocks, comments and labels', async () => {
    const folds = await ask<FoldingRange[]>(
      'textDocument/foldingRange',
      '# a\n# b\nf:\n nop\n.macro m\n.if 1\n nop\n.endif\n.endm\n\ng: ret\n',
    );
    assert.deepEqual(folds.map(({ startLine, endLine }) => `${startLine}-${endLine}`).sort(), [
      '0-1',
      '2-8',
      '4-8',
      '5-7',
    ]);
  });
  it('formats, and formatting twice changes nothing', async () => {
    const text =
      '_start:nop\nadd   a0,a1 ,a2   # note\n    li\ta0 , 5;  nop\nx=5\n  .asciz "a,b",  "c"\n#comment\n1:  j 1b\nlabel:    ret  \n/* open\n   text */\n';
    const format = async (source: string): Promise<string> => {
      const edits = await ask<TextEdit[]>('textDocument/formatting', source, {
        options: { tabSize: 4, insertSpaces: true },
      });
      return applyEdits(source, edits);
    };
    const once = await format(text);
    assert.equal(
      once,
      '_start: nop\n    add   a0, a1, a2 # note\n    li\ta0, 5; nop\nx = 5\n    .asciz "a,b", "c"\n#comment\n1:  j 1b\nlabel:    ret\n/* open\n   text */\n',
    );
    assert.equal(await format(once), once);
  });
  it('gives semantic tokens in order, privileged instructions marked', async () => {
    const { data } = await ask<{ data: number[] }>(
      'textDocument/semanticTokens/full',
      'f: csrw satp, t0\n addi a0, zero, 1',
    );
    assert.equal(data.length % 5, 0);
    assert.equal(data.length / 5, 8);
    const instruction = data.slice(5, 10);
    assert.deepEqual(instruction, [0, 3, 4, 0, 4]);
  });
  it('takes rounding modes for words of the instruction, and only zero for a constant', async () => {
    const tokens = async (text: string): Promise<number[][]> => {
      const { data } = await ask<{ data: number[] }>('textDocument/semanticTokens/full', text);
      return Array.from({ length: data.length / 5 }, (_, index) => data.slice(index * 5, index * 5 + 5));
    };
    const [fence, float] = [await tokens('fence rw, w'), await tokens('fcvt.w.d a0, ft0, rtz')];
    assert.equal(float[3]?.[3], fence[1]?.[3]);
    assert.equal(float[2]?.[4], 0);
    assert.notEqual((await tokens('mv a0, zero'))[2]?.[4], 0);
  });
});
