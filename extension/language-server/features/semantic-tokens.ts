import { SemanticTokensBuilder, type ServerCapabilities } from 'vscode-languageserver';
import { registerNamed } from '../../../simulator/isa';
import type { Analysis } from '../analysis';
import type { SourceText } from '../assembly';
import { type Occurrence, occurrencesOf } from '../occurrences';
import { checked } from '../params';
import type { ServerContext } from '../server';
import { privilegeOf } from './legality';

const types = [
  'keyword',
  'macro',
  'function',
  'variable',
  'property',
  'number',
  'string',
  'parameter',
  'operator',
  'label',
  'namespace',
] as const;
const modifiers = ['declaration', 'readonly', 'privileged', 'defaultLibrary'] as const;
type TokenType = (typeof types)[number];
type Modifier = (typeof modifiers)[number];

const typeOf: Readonly<Record<Occurrence['kind'], TokenType>> = {
  instruction: 'keyword',
  directive: 'keyword',
  call: 'macro',
  symbol: 'function',
  'numeric-label': 'label',
  register: 'variable',
  csr: 'property',
  number: 'number',
  string: 'string',
  relocation: 'operator',
  parameter: 'parameter',
  define: 'macro',
  section: 'namespace',
  keyword: 'keyword',
  preprocessor: 'keyword',
};

/** Colours by meaning: privileged instructions, macros, symbols that are constants, preprocessor names. */
export function registerSemanticTokens({ connection, workspace }: ServerContext): ServerCapabilities {
  const tokens = async (uri: string, first: number, last: number): Promise<{ data: number[] }> => {
    const document = workspace.document(uri);
    if (!document) return { data: [] };
    const analysis = await workspace.analysisOf(uri);
    return build(document.source, analysis, first, last);
  };
  connection.languages.semanticTokens.on(
    checked('document', ({ textDocument }) => tokens(textDocument.uri, 0, Number.MAX_SAFE_INTEGER)),
  );
  connection.languages.semanticTokens.onRange(
    checked('range', ({ textDocument, range }) => tokens(textDocument.uri, range.start.line, range.end.line)),
  );
  return {
    semanticTokensProvider: {
      legend: { tokenTypes: [...types], tokenModifiers: [...modifiers] },
      full: true,
      range: true,
    },
  };
}

function build({ lines }: SourceText, analysis: Analysis | undefined, first: number, last: number): { data: number[] } {
  const builder = new SemanticTokensBuilder();
  const defines = new Set<string>();
  for (const key of analysis?.files ?? []) {
    for (const { text, statements } of analysis?.source(key)?.lines ?? []) {
      if (statements[0]?.kind === 'preprocessor' && text.includes('define')) {
        const name =
          statements[0].name === 'define' ? /^[A-Za-z_]\w*/.exec(text.slice(statements[0].operandsStart)) : null;
        if (name) defines.add(name[0]);
      }
    }
  }
  for (let number = Math.max(0, first); number < lines.length && number <= last; number++) {
    const line = lines[number]!;
    let column = 0;
    for (const occurrence of occurrencesOf(line)) {
      const { kind, name, start, end, definition } = occurrence;
      if (start < column) continue;
      column = end;
      const marks: Modifier[] = [];
      if (definition) marks.push('declaration');
      if (kind === 'register' && registerNamed(name)?.abiName === 'zero') marks.push('readonly');
      if (kind === 'instruction') {
        const statement = line.statements.find((candidate) => candidate.start === start);
        if (statement && privilegeOf(statement) !== 'u') marks.push('privileged');
      }
      const isDefine = (kind === 'symbol' || kind === 'call') && defines.has(name);
      const type = isDefine ? 'macro' : typeOf[kind];
      builder.push(
        number,
        start,
        end - start,
        types.indexOf(type),
        marks.reduce((bits, mark) => bits | (1 << modifiers.indexOf(mark)), 0),
      );
    }
  }
  return builder.build();
}
