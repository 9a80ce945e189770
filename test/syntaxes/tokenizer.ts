import { readFileSync } from 'node:fs';
import * as oniguruma from 'vscode-oniguruma';
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';

/** A stretch of a line and its scopes without the language's suffix, outermost first; the root's is left out. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly scopes: readonly string[];
}

const file = 'syntaxes/riscv-asm.tmLanguage.json';
let engine: Promise<void> | undefined;

/** The grammar as VS Code reads it. */
export async function loadGrammar(): Promise<IGrammar> {
  engine ??= oniguruma.loadWASM(readFileSync('node_modules/vscode-oniguruma/release/onig.wasm').buffer as ArrayBuffer);
  await engine;
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => parseRawGrammar(readFileSync(file, 'utf8'), file),
  });
  const loaded = await registry.loadGrammar('source.riscv-asm');
  if (!loaded) throw new Error(`${file} is no grammar`);
  return loaded;
}

/** The tokens of each line of a text. */
export function tokensOf(grammar: IGrammar, text: string): Token[][] {
  let state = INITIAL;
  return text.split('\n').map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => ({
      start: startIndex,
      end: Math.min(endIndex, line.length),
      scopes: scopes.slice(1).map((scope) => scope.replace('.riscv-asm', '')),
    }));
  });
}
