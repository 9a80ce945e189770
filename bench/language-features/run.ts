/** What each request costs in a source of 100,000 lines: the first time, and after a keystroke. In-process, through the protocol. Milliseconds. */
import type { CompletionList } from 'vscode-languageserver';
import { TestClient } from '../../test/language-server/client';
import { routines } from '../sources/routines';

const text = routines(5270);
const lines = text.split('\n').length;
const line = Math.floor(lines / 2);
const rounds = 20;

interface Row {
  readonly name: string;
  readonly method: string;
  readonly params: object;
}

async function main(): Promise<void> {
  const client = await TestClient.start({}, { trusted: true, notePrivileged: false });
  const { uri } = await client.open('main.s', text);
  await client.diagnosticsOf('main.s');
  const textDocument = { uri };
  const near = text.split('\n').findIndex((each, index) => index > line && each.includes('call routine'));
  const at = { line: near, character: 9 };
  const range = { start: { line, character: 0 }, end: { line: line + 60, character: 0 } };
  const rows: readonly Row[] = [
    { name: 'completion of a mnemonic', method: 'completion', params: { position: { line: near, character: 3 } } },
    { name: 'completion of a symbol', method: 'completion', params: { position: { line: near, character: 12 } } },
    { name: 'signature help', method: 'signatureHelp', params: { position: at } },
    { name: 'semantic tokens of a range', method: 'semanticTokens/range', params: { range } },
    { name: 'semantic tokens of all', method: 'semanticTokens/full', params: {} },
    { name: 'document symbols', method: 'documentSymbol', params: {} },
    { name: 'folding', method: 'foldingRange', params: {} },
    { name: 'code lenses', method: 'codeLens', params: {} },
    { name: 'selection ranges', method: 'selectionRange', params: { positions: [at] } },
    {
      name: 'formatting of a range',
      method: 'rangeFormatting',
      params: { range, options: { tabSize: 8, insertSpaces: false } },
    },
    { name: 'hover (waits for the assembly)', method: 'hover', params: { position: at } },
    { name: 'definition (waits)', method: 'definition', params: { position: at } },
    {
      name: 'references (waits)',
      method: 'references',
      params: { position: at, context: { includeDeclaration: true } },
    },
    { name: 'highlights (waits)', method: 'documentHighlight', params: { position: at } },
    { name: 'inlay hints (wait)', method: 'inlayHint', params: { range } },
  ];
  const request = async ({ method, params }: Row): Promise<number> => {
    const start = performance.now();
    await client.request<CompletionList | object | null>(`textDocument/${method}`, { textDocument, ...params });
    return performance.now() - start;
  };
  console.log(`${lines} lines; first, median and worst after a keystroke, median unchanged`);
  for (const row of rows) {
    const first = await request(row);
    const typed: number[] = [];
    const again: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const end = i % 2 === 0 ? 0 : 1;
      const edit = { start: { line: line - 5, character: 0 }, end: { line: line - 5, character: end } };
      await client.change(uri, [{ range: edit, text: i % 2 === 0 ? ' ' : '' }]);
      typed.push(await request(row));
      await client.request('textDocument/hover', { textDocument, position: at });
      again.push(await request(row));
    }
    const sorted = [typed, again].map((times) => times.sort((a, b) => a - b));
    const median = (times: readonly number[] | undefined): string => (times?.[rounds / 2] ?? 0).toFixed(1);
    const worst = (sorted[0]?.at(-1) ?? 0).toFixed(1);
    console.log(`${row.name.padEnd(32)} ${first.toFixed(1)} | ${median(sorted[0])} ${worst} | ${median(sorted[1])}`);
  }
  client.stop();
}

void main();
