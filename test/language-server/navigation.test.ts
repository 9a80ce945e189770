import assert from 'node:assert/strict';
import type { DocumentLink, Location } from 'vscode-languageserver';
import { HEADER_URI, headerText } from '../../simulator/hypercalls/header';
import { ask, askPlaces, places, type Setting } from './ask';
import { TestClient } from './client';

const program: Setting = {
  files: {
    'hyperstep.json': '{ "program": ["main.s", "other.s"] }',
    'other.s': '.globl helper\nhelper: ret\nlocal: j local\n',
    'inc.inc': 'inside: nop\n.macro m\n.endm\n',
  },
};
const preprocessed: Setting = { name: 'main.S', files: { 'h.h': '#define LIMIT 10\n' } };

describe('Language server: definition', () => {
  const cases: readonly [what: string, marked: string, places: string[], setting?: Setting][] = [
    ['a label', 'a: nop\n j $0a', ['main.s:0:0']],
    ['a numeric label before', '1: nop\n1: j 1$0b\n1:', ['main.s:1:0']],
    ['a numeric label after', '1: j 1f$0\n1: nop', ['main.s:1:0']],
    ['a numeric label on the same line', '1: nop; 1: j 1$0b', ['main.s:0:8']],
    ['no numeric label', 'j 1f$0\n2: nop', []],
    ['a constant', '.equ n, 1\n li a0, n$0', ['main.s:0:5']],
    ['an assignment', 'n = 1\n li a0, n$0', ['main.s:0:0']],
    ['common storage', '.comm buf, 8\n la a0, bu$0f', ['main.s:0:6']],
    ['a macro', '.macro push r\n.endm\n pu$0sh a0', ['main.s:0:7']],
    ['a macro, in other letters', '.macro Push r\n.endm\n pu$0sh a0', ['main.s:0:7']],
    ['a parameter of its own macro', '.macro m r\n.endm\n.macro n r\n mv \\r$0, a0\n.endm', ['main.s:2:9']],
    ['a #define', '#define N 5\nli a0, $0N', ['main.S:0:8'], { name: 'main.S' }],
    ['a function-like #define that is called', '#define P(x) nop\n $0P(1)', ['main.S:0:8'], { name: 'main.S' }],
    ['a #define of a header', '#include "h.h"\nli a0, LIM$0IT', ['h.h:0:8'], preprocessed],
    ['an included file', '.include "inc$0.inc"', ['inc.inc:0:0'], program],
    ['a header in angle brackets', '#include <h$0.h>', ['h.h:0:0'], preprocessed],
    ['a header', '#include "h$0.h"', ['h.h:0:0'], preprocessed],
    [
      'a #define of the header that comes with the machine',
      '#include "hyperstep-pv.h"\nli a0, PV_EXT$0ENSION',
      [
        `${HEADER_URI}:${headerText()
          .split('\n')
          .findIndex((line) => line.includes('define PV_EXTENSION'))}:8`,
      ],
      { name: 'main.S' },
    ],
    ['a label of an included file', '.include "inc.inc"\n j ins$0ide', ['inc.inc:0:0'], program],
    ['a symbol of another file', ' call hel$0per', ['other.s:1:0'], program],
    ['a symbol that two files have', 'local: nop\n j loc$0al', ['main.s:0:0'], program],
    ['a label that a macro makes', '.macro fn name\n\\name: nop\n.endm\n fn start\n j sta$0rt', ['main.s:3:4']],
    ['nothing for a register', ' mv a$00, a1', []],
  ];
  for (const [what, marked, places, setting] of cases) {
    it(`finds ${what}`, async () => {
      assert.deepEqual(await askPlaces('textDocument/definition', marked, setting), places);
    });
  }
});

describe('Language server: declaration', () => {
  it('finds what says something about a symbol, or else its definition', async () => {
    const declaration = (marked: string, setting?: Setting) => askPlaces('textDocument/declaration', marked, setting);
    assert.deepEqual(await declaration('.globl f\nf: j f$0'), ['main.s:0:7']);
    assert.deepEqual(await declaration('.extern helper\n call help$0er', program), ['main.s:0:8', 'other.s:0:7']);
    assert.deepEqual(await declaration('f: j f$0'), ['main.s:0:0']);
  });
});

describe('Language server: implementation', () => {
  it('finds each definition of a symbol, in the program and in the workspace', async () => {
    const found = await askPlaces('textDocument/implementation', '.globl helper\n call help$0er', program);
    assert.deepEqual(found, ['other.s:1:0']);
  });
});

describe('Language server: symbols of the workspace', () => {
  it('are found in files of no open program', async () => {
    const client = await TestClient.start({
      'far/away.s': 'away: ret\n.globl away\n',
      'far/hidden.s': 'hidden: ret\n',
      'far/other.s': '.weak away\nnop\naway: ret\n',
    });
    const { uri, position } = await client.open('main.s', ' call aw$0ay\n call hidden');
    for (let names: unknown[] = []; names.length < 2; )
      names = await client.request<unknown[]>('workspace/symbol', { query: 'away' });
    const ask = async (method: string, line = 0): Promise<string[]> => {
      const params = { textDocument: { uri }, position: { ...position, line } };
      return places(await client.request<Location[]>(`textDocument/${method}`, params)).sort();
    };
    assert.deepEqual(await ask('definition'), ['far/away.s:0:0', 'far/other.s:2:0']);
    assert.deepEqual(await ask('implementation'), ['far/away.s:0:0', 'far/other.s:2:0']);
    assert.deepEqual(await ask('definition', 1), []);
    client.stop();
  });
});

describe('Language server: references', () => {
  const references = (marked: string, includeDeclaration: boolean, setting?: Setting) =>
    askPlaces('textDocument/references', marked, setting, { context: { includeDeclaration } });

  it('finds uses in all files, definitions when they are wanted', async () => {
    const text = ' call hel$0per\n j helper # helper';
    assert.deepEqual(await references(text, true, program), ['other.s:1:0', 'main.s:0:6', 'main.s:1:3', 'other.s:0:7']);
    assert.deepEqual(await references(text, false, program), ['main.s:0:6', 'main.s:1:3', 'other.s:0:7']);
  });
  it('keeps the symbols of two files apart that each keep to themselves', async () => {
    assert.deepEqual(await references('local: j loc$0al', true, program), ['main.s:0:0', 'main.s:0:9']);
  });
  it('keeps numeric labels apart', async () => {
    const text = 'j 1f\n1: j 1b\n j 1$0b\n j 1f\n1: j 1b';
    assert.deepEqual(await references(text, true), ['main.s:1:0', 'main.s:1:5', 'main.s:2:3', 'main.s:0:2']);
  });
  it('finds calls of macros whatever their letters are', async () => {
    assert.deepEqual(await references('.macro Push\n.endm\n push\n PU$0SH', false), ['main.s:2:1', 'main.s:3:1']);
  });
  it('finds every use of a preprocessor name', async () => {
    const text = '#define N 5\n#if N\nli a0, $0N\n.endif\n#endif';
    assert.deepEqual(await references(text, true, { name: 'main.S' }), ['main.S:0:8', 'main.S:1:4', 'main.S:2:7']);
  });
});

describe('Language server: document links', () => {
  it('links the files that are included', async () => {
    const links = await ask<DocumentLink[]>(
      'textDocument/documentLink',
      '.include "inc.inc"\n.include "absent.inc"\n.incbin "other.s"',
      {},
      program,
    );
    assert.deepEqual(
      links.map(({ range, target }) => `${range.start.line}:${range.start.character}-${range.end.character} ${target}`),
      ['0:10-17 file:///w/inc.inc', '2:9-16 file:///w/other.s'],
    );
  });
});

describe('Language server: definitions while the text changes', () => {
  it('follow the lines that move', async () => {
    const client = await TestClient.start();
    const { uri } = await client.open('main.s', 'a: nop\nb: nop\n j b\n');
    const definition = async (line: number) => {
      const found = await client.request<Location[]>('textDocument/definition', {
        textDocument: { uri },
        position: { line, character: 3 },
      });
      return found.map(({ range }) => range.start.line);
    };
    assert.deepEqual(await definition(2), [1]);
    const at = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 0 } });
    await client.change(uri, [{ range: at(1), text: ' nop\n nop\n' }]);
    assert.deepEqual(await definition(4), [3]);
    await client.change(uri, [
      { range: { start: { line: 3, character: 0 }, end: { line: 4, character: 0 } }, text: '' },
    ]);
    assert.deepEqual(await definition(3), []);
    client.stop();
  });
});
