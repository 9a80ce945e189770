import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadGrammar, type Token, tokensOf } from './tokenizer';

const folder = 'test/syntaxes/fixtures';

/** A source with each stretch of a line underlined by its scopes. */
function snapshotOf(text: string, lines: readonly (readonly Token[])[]): string {
  const texts = text.split('\n');
  return lines
    .flatMap((tokens, i) => [
      `>${texts[i]}`,
      ...tokens.flatMap(({ start, end, scopes }) =>
        scopes.length === 0 || texts[i]!.slice(start, end).trim() === ''
          ? []
          : [`#${' '.repeat(start)}${'^'.repeat(Math.max(1, end - start))} ${scopes.join(' ')}`],
      ),
    ])
    .join('\n');
}

/** With UPDATE_SNAPSHOTS set, the snapshots are written anew: read the difference before it is committed. */
describe('TextMate grammar on whole sources', () => {
  for (const name of readdirSync(folder).filter((file) => /\.[sS]$/.test(file))) {
    it(name, async () => {
      const text = readFileSync(`${folder}/${name}`, 'utf8');
      const found = snapshotOf(text, tokensOf(await loadGrammar(), text));
      const file = `${folder}/${name}.snapshot`;
      if (process.env['UPDATE_SNAPSHOTS']) writeFileSync(file, `${found}\n`);
      assert.ok(existsSync(file), `${file} is missing`);
      assert.equal(`${found}\n`, readFileSync(file, 'utf8'));
    });
  }
});
