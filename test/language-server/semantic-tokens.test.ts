import assert from 'node:assert/strict';
import type { InitializeResult, SemanticTokens, SemanticTokensDelta } from 'vscode-languageserver';
import { TestClient } from './client';

/** Tokens as `word type modifiers`. */
function shown(
  text: string,
  data: readonly number[],
  legend: { tokenTypes: string[]; tokenModifiers: string[] },
): string[] {
  const lines = text.split('\n');
  const found: string[] = [];
  let line = 0;
  let column = 0;
  for (let i = 0; i < data.length; i += 5) {
    const [down = 0, right = 0, length = 0, type = 0, bits = 0] = data.slice(i, i + 5);
    column = down > 0 ? right : column + right;
    line += down;
    const modifiers = legend.tokenModifiers.filter((_, bit) => (bits & (1 << bit)) !== 0);
    found.push([lines[line]!.slice(column, column + length), legend.tokenTypes[type], ...modifiers].join(' '));
  }
  return found;
}

async function initialized(): Promise<{
  client: TestClient;
  legend: { tokenTypes: string[]; tokenModifiers: string[] };
}> {
  const client = new TestClient();
  const { capabilities } = await client.connection.sendRequest<InitializeResult>('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {},
  });
  return { client, legend: capabilities.semanticTokensProvider!.legend };
}

async function tokens(text: string, name = 'main.s'): Promise<string[]> {
  const { client, legend } = await initialized();
  const { uri } = await client.open(name, text);
  const { data } = await client.request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument: { uri } });
  client.stop();
  return shown(text, data, legend);
}

describe('Language server: semantic tokens', () => {
  const cases: readonly [what: string, text: string, tokens: readonly string[], name?: string][] = [
    [
      'labels and privileged instructions',
      'f: csrw satp, t0',
      ['f function definition', 'csrw keyword privileged', 'satp property', 't0 variable'],
    ],
    ['zero, which is constant', 'mv a0, zero', ['mv keyword', 'a0 variable', 'zero variable readonly']],
    [
      'data apart from functions',
      'f: la a0, d\n.data\nd: .word f',
      [
        'f function definition',
        'la keyword',
        'a0 variable',
        'd variable static',
        '.data keyword',
        'd variable definition static',
        '.word keyword',
        'f function',
      ],
    ],
    [
      'constants',
      'n = 1\n.word n',
      ['n enumMember definition readonly', '1 number', '.word keyword', 'n enumMember readonly'],
    ],
    [
      'macros with parameters',
      '.macro m r\n mv \\r, a0\n.endm\n m a1',
      [
        '.macro keyword',
        'm macro definition',
        'r parameter definition',
        'mv keyword',
        '\\r parameter',
        'a0 variable',
        '.endm keyword',
        'm macro',
        'a1 variable',
      ],
    ],
    [
      'preprocessor names',
      '#define N 1\nli a0, N',
      ['#define keyword', 'N macro definition', '1 number', 'li keyword', 'a0 variable', 'N macro'],
      'main.S',
    ],
    [
      'rounding modes and fence sets as words',
      'fcvt.w.d a0, ft0, rtz\nfence rw, w',
      ['fcvt.w.d keyword', 'a0 variable', 'ft0 variable', 'rtz keyword', 'fence keyword', 'rw keyword', 'w keyword'],
    ],
    [
      'old names',
      'csrr a0, sbadaddr\nfmv.x.s a0, fa0',
      [
        'csrr keyword privileged',
        'a0 variable',
        'sbadaddr property deprecated',
        'fmv.x.s keyword deprecated',
        'a0 variable',
        'fa0 variable',
      ],
    ],
    [
      'operators and numeric labels',
      '1: lui a0, %hi(x)\nj 1b',
      ['1 label definition', 'lui keyword', 'a0 variable', '%hi operator', 'x function', 'j keyword', '1b label'],
    ],
  ];
  for (const [what, text, expected, name] of cases) {
    it(`tell ${what}`, async () => assert.deepEqual(await tokens(text, name), expected));
  }

  it('of a range are those of its lines', async () => {
    const { client, legend } = await initialized();
    const text = 'nop\n mv a0, a1\n ret\n';
    const { uri } = await client.open('main.s', text);
    const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 3 } };
    const params = { textDocument: { uri }, range };
    const { data } = await client.request<SemanticTokens>('textDocument/semanticTokens/range', params);
    assert.deepEqual(shown(text, data, legend), ['mv keyword', 'a0 variable', 'a1 variable']);
    client.stop();
  });

  it('come as a difference that gives the same', async () => {
    const { client } = await initialized();
    const { uri } = await client.open('main.s', 'nop\n mv a0, a1\n ret\n');
    const textDocument = { uri };
    const first = await client.request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument });
    const at = { line: 1, character: 0 };
    await client.change(uri, [{ range: { start: at, end: at }, text: 'x: nop\n' }]);
    const previousResultId = first.resultId!;
    const delta = await client.request<SemanticTokensDelta>('textDocument/semanticTokens/full/delta', {
      textDocument,
      previousResultId,
    });
    const changed = [...first.data];
    for (const { start, deleteCount, data = [] } of [...delta.edits].reverse())
      changed.splice(start, deleteCount, ...data);
    const whole = await client.request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument });
    assert.deepEqual(changed, whole.data);
    assert.ok(delta.edits.length > 0 && delta.edits.every(({ data = [] }) => data.length < whole.data.length));
    const unknown = await client.request<SemanticTokens>('textDocument/semanticTokens/full/delta', {
      textDocument,
      previousResultId: 'gone',
    });
    assert.deepEqual(unknown.data, whole.data);
    client.stop();
  });
});
