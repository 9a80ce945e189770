import assert from 'node:assert/strict';
import { type DocumentSymbol, type SymbolInformation, SymbolKind } from 'vscode-languageserver';
import { matchScore } from '../../extension/language-server/ide/index/workspace-index';
import { ask } from './ask';
import { TestClient } from './client';

const names = new Map(Object.entries(SymbolKind).map(([name, kind]) => [kind, name.toLowerCase()]));

/** The tree as lines `kind name first-last`, children indented. */
function shown(symbols: readonly DocumentSymbol[], indent = ''): string[] {
  return symbols.flatMap(({ name, kind, range, children = [] }) => [
    `${indent}${names.get(kind)} ${name} ${range.start.line}-${range.end.line}`,
    ...shown(children, `${indent}  `),
  ]);
}

describe('Language server: document symbols', () => {
  it('nests labels in functions and functions in sections', async () => {
    const text = [
      '#define N 5', // 0
      '.text', // 1
      '.globl main', // 2
      'main: nop', // 3
      'loop: j loop', // 4
      '.Lhidden: nop', // 5
      ' call leaf', // 6
      '', // 7
      'leaf: ret', // 8
      '.data', // 9
      'table: .word 1', // 10
      '.equ size, 4', // 11
      '.macro m', // 12
      ' nop', // 13
      '.endm', // 14
    ];
    const symbols = await ask<DocumentSymbol[]>('textDocument/documentSymbol', text.join('\n'), {}, { name: 'main.S' });
    assert.deepEqual(shown(symbols), [
      'constant N 0-0',
      'namespace .text 1-8',
      '  function main 3-6',
      '    field loop 4-6',
      '  function leaf 8-8',
      'namespace .data 9-14',
      '  variable table 10-14',
      '  constant size 11-11',
      '  method m 12-14',
    ]);
  });
  it('needs no sections', async () => {
    const symbols = await ask<DocumentSymbol[]>('textDocument/documentSymbol', '_start: nop\n.equ n, 5\nend: ret\n');
    assert.deepEqual(shown(symbols), ['field _start 0-1', 'constant n 1-1', 'field end 2-2']);
  });
  it('goes back with .popsection and .previous', async () => {
    const text = '.pushsection .rodata\nx: .word 1\n.popsection\ny: nop\n.data\n.previous\nz: nop';
    const symbols = await ask<DocumentSymbol[]>('textDocument/documentSymbol', text);
    assert.deepEqual(shown(symbols), [
      'namespace .rodata 0-1',
      '  variable x 1-1',
      'namespace .text 2-3',
      '  field y 3-3',
      'namespace .text 5-6',
      '  field z 6-6',
    ]);
  });
  it('has the labels that macros and the preprocessor make', async () => {
    const text = [
      '#define ENTRY(name) .globl name; name:', // 0
      '.macro func name', // 1
      '.type \\name, @function', // 2
      '\\name:', // 3
      '.endm', // 4
      'ENTRY(start)', // 5
      ' nop', // 6
      ' func helper', // 7
      ' ret', // 8
    ];
    const symbols = await ask<DocumentSymbol[]>('textDocument/documentSymbol', text.join('\n'), {}, { name: 'main.S' });
    assert.deepEqual(shown(symbols), [
      'constant ENTRY 0-0',
      'method func 1-4',
      'function start 5-6',
      'function helper 7-8',
    ]);
  });
  it('keeps the selection within the range', async () => {
    const walk = (symbols: readonly DocumentSymbol[]): void => {
      for (const { range, selectionRange, children = [] } of symbols) {
        assert.ok(selectionRange.start.line >= range.start.line && selectionRange.end.line <= range.end.line);
        assert.ok(selectionRange.end.character <= range.end.character || selectionRange.end.line < range.end.line);
        walk(children);
      }
    };
    walk(
      await ask<DocumentSymbol[]>(
        'textDocument/documentSymbol',
        '.section .text.a, "ax"\na: b: nop\n.data; c: .word 1\n',
      ),
    );
  });
});

describe('Language server: workspace symbols', () => {
  it('finds names of the program by letters in order, best first', async () => {
    const client = await TestClient.start({
      'hyperstep.json': '{ "program": ["main.s", "other.s"] }',
      'other.s': '.globl page_table\npage_table: ret\ntable: ret\n.macro put_at\n.endm\n',
    });
    await client.open('main.s', 'call page_table');
    const query = async (text: string) =>
      (await client.request<SymbolInformation[]>('workspace/symbol', { query: text })).map(({ name }) => name);
    assert.deepEqual(await query('TABLE'), ['table', 'page_table']);
    assert.deepEqual(await query('pt'), ['page_table', 'put_at']);
    assert.deepEqual(await query('xyz'), []);
    client.stop();
  });
  it('ranks whole names, beginnings, and beginnings of words', () => {
    const ranked = ['xmap', 'do_map', 'map', 'mapper', 'm_a_p', 'mxaxp'].sort(
      (a, b) => matchScore(b, 'map')! - matchScore(a, 'map')!,
    );
    assert.deepEqual(ranked, ['map', 'mapper', 'do_map', 'xmap', 'm_a_p', 'mxaxp']);
    assert.equal(matchScore('map', 'mpa'), undefined);
  });
});
