import assert from 'node:assert/strict';
import type { TextEdit } from 'vscode-languageserver';
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

describe('Language server: document', () => {
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
});
