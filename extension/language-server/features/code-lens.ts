import { type CodeLens, CodeLensRefreshRequest, type ServerCapabilities } from 'vscode-languageserver';
import { isRecord } from '../../../simulator/schema/record';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { SourceText } from '../ide/assembly';
import { occurrencesOf } from '../ide/occurrences';
import type { Outline } from '../ide/outline';
import { lineRange } from '../locations';
import { debugFromCommand, showReferencesCommand } from '../protocol';
import { isDeclaration } from './declaration';
import { latestPlaceOf, placeOf } from './target';

/** What a lens whose title is still to be made is about. */
interface LensData {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}

/** Above functions, macros and exported data: how often they are used, and for code 'debug from here'. */
export function registerCodeLens(context: ServerContext): ServerCapabilities {
  const { connection, settings } = context;
  connection.onCodeLens(
    answering(async ({ textDocument: { uri } }) => {
      const values = await settings.settled();
      const place = await latestPlaceOf(context, uri);
      if (!place) return null;
      const { document, analysis } = place;
      const outline = analysis.outline(document.key, document.source);
      return lensesOf(document.source, outline, document.uri, values['codeLens.references'], values['codeLens.debug']);
    }),
  );
  connection.onCodeLensResolve(async (lens) => {
    const data: unknown = isRecord(lens) ? lens.data : undefined;
    return isLensData(data) ? { ...lens, command: await countOf(context, data) } : lens;
  });
  settings.onChange(() => {
    if (context.client.workspace?.codeLens?.refreshSupport) void connection.sendRequest(CodeLensRefreshRequest.type);
  });
  return { codeLensProvider: { resolveProvider: true } };
}

function lensesOf(source: SourceText, outline: Outline, uri: string, references: boolean, debug: boolean): CodeLens[] {
  const { labels, others } = outline;
  const lenses: CodeLens[] = [];
  const addReferences = (line: number, start: number, end: number): void => {
    const data: LensData = { uri, line, character: start };
    if (references) lenses.push({ range: lineRange(line, start, end), data });
  };
  for (const { kind, exported, line, start, end } of labels) {
    if (kind === 'function' || exported) addReferences(line, start, end);
    if (debug && kind === 'function') {
      const command = {
        title: 'Debug from here',
        command: debugFromCommand,
        arguments: [uri, firstCode(source, line)],
      };
      lenses.push({ range: lineRange(line, start, end), command });
    }
  }
  for (const { kind, number, start, end } of others) if (kind === 'macro') addReferences(number, start, end);
  return lenses;
}

/** The line of the first instruction from a label on, where a breakpoint holds. */
function firstCode({ lines }: SourceText, label: number): number {
  for (let line = label; line < Math.min(lines.length, label + 50); line++) {
    const isCode = lines[line]!.statements.some(({ kind, name }) => kind === 'command' && !name.startsWith('.'));
    if (isCode) return line;
  }
  return label;
}

async function countOf(
  context: ServerContext,
  { uri, line, character }: LensData,
): Promise<NonNullable<CodeLens['command']>> {
  const place = await placeOf(context, uri);
  const text = place?.document.source.lines[line];
  const word = text && occurrencesOf(text).find(({ start }) => start === character);
  if (!place || !word) return { title: '', command: '' };
  const { analysis, document } = place;
  const uses = analysis.same(word, document.key, line).filter((found) => {
    // Where a macro made the label, its name is no definition by itself.
    const isSelf = found.key === document.key && found.line === line && found.occurrence.start === character;
    return !isSelf && !found.occurrence.definition && !isDeclaration(analysis, found);
  });
  const title = uses.length === 1 ? '1 reference' : `${uses.length} references`;
  return { title, command: showReferencesCommand, arguments: [uri, { line, character }] };
}

function isLensData(data: unknown): data is LensData {
  return (
    isRecord(data) &&
    typeof data['uri'] === 'string' &&
    typeof data['line'] === 'number' &&
    typeof data['character'] === 'number'
  );
}
