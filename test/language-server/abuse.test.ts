import assert from 'node:assert/strict';
import { CancellationTokenSource, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import { TestClient } from './client';

const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
const position = { line: 0, character: 1 };
const options = { tabSize: 4, insertSpaces: true };

/** Every request about a document, with what it needs besides. */
const requests: Readonly<Record<string, object>> = {
  'textDocument/completion': { position },
  'textDocument/signatureHelp': { position },
  'textDocument/hover': { position },
  'textDocument/definition': { position },
  'textDocument/declaration': { position },
  'textDocument/implementation': { position },
  'textDocument/references': { position, context: { includeDeclaration: true } },
  'textDocument/prepareRename': { position },
  'textDocument/documentHighlight': { position },
  'textDocument/documentSymbol': {},
  'textDocument/documentLink': {},
  'textDocument/foldingRange': {},
  'textDocument/selectionRange': { positions: [position] },
  'textDocument/semanticTokens/full': {},
  'textDocument/semanticTokens/full/delta': { previousResultId: 'x' },
  'textDocument/semanticTokens/range': { range },
  'textDocument/formatting': { options },
  'textDocument/rangeFormatting': { options, range },
  'textDocument/onTypeFormatting': { options, position, ch: '\n' },
  'textDocument/inlayHint': { range },
  'textDocument/codeLens': {},
  'textDocument/prepareCallHierarchy': { position },
};

const broken = [
  '.macro m a\n',
  '.if\n#if\n  .endm "open\n/* never closed',
  'x: x: 1: 1f 1b: \\ \\@ %hi( % , ,, (((\n',
  '.section\n.include "\n.incbin\n.equ\n= 5\n;;;',
  '\u0000\ud800 \ufeff é: j é\n',
  '#define\n#define F(\n#include\n#include <\n F(',
  '',
];
const oddPositions = [
  { line: 0, character: 0 },
  { line: 0, character: 100_000 },
  { line: 2 ** 31 - 1, character: 2 ** 31 - 1 },
  { line: 1, character: 3 },
];
const oddValues = [null, undefined, 5, 'text', [], {}, { line: -1, character: 0.5 }, { start: {}, end: null }];

describe('Language server: any request', () => {
  it('is answered in sources that are broken, at any place', async () => {
    for (const name of ['main.s', 'main.S']) {
      for (const text of broken) {
        const client = await TestClient.start();
        const { uri } = await client.open(name, text);
        for (const [method, more] of Object.entries(requests)) {
          for (const at of oddPositions) {
            const params = { textDocument: { uri }, ...more };
            if ('position' in more) Object.assign(params, { position: at });
            if ('range' in more) Object.assign(params, { range: { start: at, end: at } });
            if ('positions' in more) Object.assign(params, { positions: oddPositions });
            await client.request(method, params);
          }
        }
        client.stop();
      }
    }
  });

  it('about a document that is not open has an empty answer', async () => {
    const client = await TestClient.start();
    for (const uri of ['file:///w/none.s', 'none', '', '%', 'hyperstep-listing:/x.lst?{}']) {
      for (const [method, more] of Object.entries(requests)) {
        const found = await client.request<unknown>(method, { textDocument: { uri }, ...more });
        const empty = found === null || (Array.isArray(found) && found.length === 0);
        const list = typeof found === 'object' && found !== null && Object.values(found).flat();
        assert.ok(
          empty || (Array.isArray(list) && list.every((value) => value === false)),
          `${method}: ${JSON.stringify(found)}`,
        );
      }
    }
    client.stop();
  });

  it('with parameters of wrong types is refused or answered, and the next one is served', async () => {
    const client = await TestClient.start();
    const { uri } = await client.open('main.s', 'f: j f\n');
    for (const [method, more] of Object.entries(requests)) {
      for (const key of ['textDocument', ...Object.keys(more)]) {
        for (const value of oddValues) {
          const params = { textDocument: { uri }, ...more, [key]: value };
          await client.request(method, params).catch((error: unknown) => {
            assert.ok(error instanceof ResponseError, method);
            assert.doesNotMatch(error.message, /undefined|not a function|not iterable/, `${method} ${key}`);
          });
        }
      }
    }
    assert.ok(
      await client.request('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 3 } }),
    );
    client.stop();
  });

  it('about a text that has changed meanwhile says so', async () => {
    const client = await TestClient.start();
    let goOn = (): void => undefined;
    client.reading = new Promise((resolve) => {
      goOn = resolve;
    });
    const { uri } = await client.open('main.s', 'f: j f\n');
    const asked = client.request('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 5 } });
    await client.change(uri, [{ text: 'g: j g\n' }]);
    // This is answered at once, and so the change has come.
    await client.request('textDocument/foldingRange', { textDocument: { uri } });
    goOn();
    await assert.rejects(asked, (error: ResponseError<void>) => error.code === LSPErrorCodes.ContentModified);
    assert.ok(
      await client.request('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 5 } }),
    );
    client.stop();
  });

  it('about a source of another architecture has nothing to say, but for its labels', async () => {
    const client = await TestClient.start();
    const arm = 'start:\n stmfd sp!, {r4, lr}\n ldr r0, [r1, #4]!\n ldmfd sp!, {r4, pc}\n';
    const { uri } = await client.open('main.S', arm);
    const textDocument = { uri };
    const position = { line: 2, character: 2 };
    assert.equal(await client.request('textDocument/hover', { textDocument, position }), null);
    const list = await client.request<{ items: object[] }>('textDocument/completion', { textDocument, position });
    assert.deepEqual(list.items, []);
    assert.deepEqual(await client.request('textDocument/semanticTokens/full', { textDocument }), { data: [] });
    const symbols = await client.request<{ name: string }[]>('textDocument/documentSymbol', { textDocument });
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['start'],
    );
    client.stop();
  });

  it('that is cancelled gets no other answer', async () => {
    const client = await TestClient.start();
    const { uri } = await client.open('main.s', 'f: j f\n');
    const source = new CancellationTokenSource();
    const params = { textDocument: { uri }, position: { line: 0, character: 5 } };
    const asked = client.connection.sendRequest('textDocument/hover', params, source.token);
    source.cancel();
    await assert.rejects(asked, (error: ResponseError<void>) => error.code === LSPErrorCodes.RequestCancelled);
    client.stop();
  });
});
