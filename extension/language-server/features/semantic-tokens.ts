import {
  type CancellationToken,
  type SemanticTokens,
  SemanticTokensBuilder,
  type SemanticTokensDelta,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { csrNamed, registerNamed } from '../../../simulator/isa';
import { answering, contentModified } from '../answering';
import type { ServerContext } from '../context';
import type { Analysis } from '../ide/analysis';
import { wordsAt } from '../ide/bare-parameters';
import { candidatesNamed } from '../ide/candidates';
import { privilegeOf } from '../ide/lints/legality';
import type { Occurrence } from '../ide/occurrences';
import type { Document } from '../ide/workspace';
import { inactiveLines } from '../inactive';
import { latestPlaceOf, type Place } from './target';

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
  'enumMember',
] as const;
const modifiers = ['definition', 'readonly', 'privileged', 'deprecated', 'inactive', 'static'] as const;
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

/** Colours by meaning: privileged instructions, macros, data and constants, preprocessor names, old names, lines that are skipped. */
export function registerSemanticTokens(context: ServerContext): ServerCapabilities {
  const { connection } = context;
  const builders = new WeakMap<Document, SemanticTokensBuilder>();
  connection.languages.semanticTokens.on(
    answering(async ({ textDocument }, token): Promise<SemanticTokens> => {
      const place = await latestPlaceOf(context, textDocument.uri);
      if (!place) return { data: [] };
      const builder = new SemanticTokensBuilder();
      builders.set(place.document, builder);
      await pushAll(builder, place, token);
      return builder.build();
    }),
  );
  connection.languages.semanticTokens.onDelta(
    answering(async ({ textDocument, previousResultId }, token): Promise<SemanticTokens | SemanticTokensDelta> => {
      const place = await latestPlaceOf(context, textDocument.uri);
      if (!place) return { data: [] };
      const builder = builders.get(place.document) ?? new SemanticTokensBuilder();
      builders.set(place.document, builder);
      builder.previousResult(previousResultId);
      await pushAll(builder, place, token);
      return builder.buildEdits();
    }),
  );
  connection.languages.semanticTokens.onRange(
    answering(async ({ textDocument, range }): Promise<SemanticTokens> => {
      const place = await latestPlaceOf(context, textDocument.uri);
      if (!place) return { data: [] };
      const builder = new SemanticTokensBuilder();
      pushTokens(builder, place, range.start.line, range.end.line);
      return { data: builder.build().data };
    }),
  );
  return {
    semanticTokensProvider: {
      legend: { tokenTypes: [...types], tokenModifiers: [...modifiers] },
      full: { delta: true },
      range: true,
    },
  };
}

/** Lines whose tokens are made without looking whether someone waits for another answer. */
const slice = 4000;

/** All tokens of a document. Those of a long one are given up when it changes: they would be made in vain. */
async function pushAll(builder: SemanticTokensBuilder, place: Place, token: CancellationToken): Promise<void> {
  const { document } = place;
  const { source } = document;
  const names = new Names(document, place.analysis);
  for (let first = 0; first < source.lines.length; first += slice) {
    if (first > 0) await new Promise((resolve) => setTimeout(resolve, 0));
    if (token.isCancellationRequested || document.source !== source) throw contentModified();
    pushTokens(builder, place, first, first + slice - 1, names);
  }
}

function pushTokens(
  builder: SemanticTokensBuilder,
  { document, analysis }: Place,
  first: number,
  last: number,
  names = new Names(document, analysis),
): void {
  const { lines } = document.source;
  const inactive = inactiveLines(analysis, document.key);
  for (let number = first; number < lines.length && number <= last; number++) {
    const line = lines[number]!;
    const skipped = inactive(number) ? bitOf('inactive') : 0;
    let column = 0;
    for (const occurrence of wordsAt(document.source, number)) {
      const { start, end } = occurrence;
      if (start < column) continue;
      column = end;
      const statement =
        occurrence.kind === 'instruction' ? line.statements.find((candidate) => candidate.start === start) : undefined;
      const privileged = statement && privilegeOf(statement) !== 'u' ? bitOf('privileged') : 0;
      const { type, bits } = names.tokenOf(occurrence);
      builder.push(number, start, end - start, types.indexOf(type), bits | privileged | skipped);
    }
  }
}

interface Token {
  readonly type: TokenType;
  readonly bits: number;
}

/** What the names of a document are; each is looked up once for an answer. */
class Names {
  readonly #symbols = new Map<string, Token>();
  readonly #defines: readonly ReadonlyMap<string, unknown>[];

  constructor(
    readonly document: Document,
    readonly analysis: Analysis,
  ) {
    const { sources } = analysis;
    const files = document.source.preprocessed ? new Set([document.key, ...analysis.files]) : [];
    this.#defines = [...files].flatMap((file) => sources.indexOf(file)?.defines ?? []);
  }

  tokenOf({ kind, name, definition }: Occurrence): Token {
    const defined = definition ? bitOf('definition') : 0;
    switch (kind) {
      case 'symbol':
      case 'call': {
        if (kind === 'call' && !this.#isDefine(name)) return { type: 'macro', bits: defined };
        const { type, bits } = this.#symbol(name);
        return { type, bits: bits | defined };
      }
      case 'register':
        return { type: 'variable', bits: registerNamed(name)?.abiName === 'zero' ? bitOf('readonly') : 0 };
      case 'csr':
        return { type: 'property', bits: csrNamed(name)?.name === name ? 0 : bitOf('deprecated') };
      case 'instruction':
        return { type: 'keyword', bits: isOld(name) ? bitOf('deprecated') : 0 };
      default:
        return { type: typeOf[kind], bits: defined };
    }
  }

  #isDefine(name: string): boolean {
    return this.#defines.some((defines) => defines.has(name));
  }

  #symbol(name: string): Token {
    let token = this.#symbols.get(name);
    if (!token) {
      token = this.#findSymbol(name);
      this.#symbols.set(name, token);
    }
    return token;
  }

  #findSymbol(name: string): Token {
    if (this.#isDefine(name)) return { type: 'macro', bits: 0 };
    const { analysis, document } = this;
    const [written] = analysis.sources.indexOf(document.key)?.symbols.get(name) ?? [];
    if (written?.kind === 'constant') return { type: 'enumMember', bits: bitOf('readonly') };
    const section = analysis.objectSymbolNamed(name, document.key)?.section;
    const isData = written?.kind === 'common' || isDataSection(section);
    return isData ? { type: 'variable', bits: bitOf('static') } : { type: 'function', bits: 0 };
  }
}

function isDataSection(section: unknown): boolean {
  const executes = 4;
  if (section === 'common') return true;
  return (
    typeof section === 'object' && section !== null && 'flags' in section && (Number(section.flags) & executes) === 0
  );
}

function bitOf(modifier: Modifier): number {
  return 1 << modifiers.indexOf(modifier);
}

const old = new Map<string, boolean>();

/** Whether the table has a mnemonic only as an old name of another. */
function isOld(name: string): boolean {
  let known = old.get(name);
  if (known === undefined) {
    const forms = candidatesNamed(name);
    known = forms.length > 0 && forms.every(({ pseudo }) => pseudo?.summary.endsWith('(old name)') === true);
    old.set(name, known);
  }
  return known;
}
