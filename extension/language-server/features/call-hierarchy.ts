import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type Range,
  type ServerCapabilities,
  SymbolKind,
} from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { Analysis } from '../ide/analysis';
import { type Occurrence, occurrenceAt, occurrencesOf } from '../ide/occurrences';
import { functionAround, type Outline, type OutlineLabel } from '../ide/outline';
import type { Document } from '../ide/workspace';
import { lineRange } from '../locations';
import { placeOf, targetOf } from './target';

/** Statements that go to a function and come back, and those that only go there. */
const calling = new Set(['call', 'jal', 'tail', 'j', 'jump']);

/** Who calls a function, and whom it calls: by `call`, `jal`, `tail` and jumps that leave the function. */
export function registerCallHierarchy(context: ServerContext): ServerCapabilities {
  const { connection, workspace } = context;
  connection.languages.callHierarchy.onPrepare(
    answering(async (params) => {
      const target = await targetOf(context, params);
      if (target?.word.kind !== 'symbol') return null;
      const { document, analysis, position, word } = target;
      const items = analysis.definitionsOf(word, document.key, position.line).flatMap(({ key, line }) => {
        const label = outlineOfKey(analysis, key)?.labels.find((candidate) => candidate.line === line);
        return label ? [itemOf(workspace.uriOf(key), analysis, key, label)] : [];
      });
      return items.length > 0 ? items : null;
    }),
  );
  connection.languages.callHierarchy.onIncomingCalls(
    answering(async ({ item }) => {
      const found = await functionOf(context, item);
      return found ? incoming(context, found) : null;
    }),
  );
  connection.languages.callHierarchy.onOutgoingCalls(
    answering(async ({ item }) => {
      const found = await functionOf(context, item);
      return found ? outgoing(context, found) : null;
    }),
  );
  return { callHierarchyProvider: true };
}

interface FunctionPlace {
  readonly analysis: Analysis;
  readonly key: string;
  readonly line: number;
  readonly word: Occurrence;
}

/** The function of an item that the client gives back, which may stand elsewhere by now. */
async function functionOf(context: ServerContext, item: CallHierarchyItem): Promise<FunctionPlace | undefined> {
  const { line, character } = item.selectionRange.start;
  const analysis = await analysisOfAny(context, item.uri);
  const key = [...(analysis?.files ?? [])].find((file) => context.workspace.uriOf(file) === item.uri);
  if (!analysis || key === undefined) return undefined;
  const word = occurrenceAt(analysis.source(key)?.lines[line], character);
  return word?.name === item.name ? { analysis, key, line, word } : undefined;
}

async function analysisOfAny(context: ServerContext, uri: string): Promise<Analysis | undefined> {
  const document: Document | undefined = context.workspace.document(uri);
  if (document) return (await placeOf(context, uri))?.analysis;
  return context.workspace.latestAnalysisOf(uri) ?? context.workspace.analysisOf(uri);
}

function incoming(
  { workspace }: ServerContext,
  { analysis, key, line, word }: FunctionPlace,
): CallHierarchyIncomingCall[] {
  const callers = new Map<string, CallHierarchyIncomingCall>();
  for (const found of analysis.same(word, key, line)) {
    const source = analysis.source(found.key);
    if (!source || found.occurrence.definition || !isCall(source.lines[found.line]!, found.occurrence)) continue;
    const caller =
      functionAround(analysis.outline(found.key, source), found.line) ?? labelBefore(analysis, found.key, found.line);
    if (!caller || (found.key === key && caller.line === line && isJump(source.lines[found.line]!, found.occurrence)))
      continue;
    const id = `${found.key}:${caller.line}`;
    const call = callers.get(id) ?? {
      from: itemOf(workspace.uriOf(found.key), analysis, found.key, caller),
      fromRanges: [],
    };
    call.fromRanges.push(lineRange(found.line, found.occurrence.start, found.occurrence.end));
    callers.set(id, call);
  }
  return [...callers.values()];
}

function outgoing({ workspace }: ServerContext, { analysis, key, line }: FunctionPlace): CallHierarchyOutgoingCall[] {
  const source = analysis.source(key);
  const label = outlineOfKey(analysis, key)?.labels.find((candidate) => candidate.line === line);
  if (!source || !label) return [];
  const callees = new Map<string, { to: CallHierarchyItem; fromRanges: Range[] }>();
  for (let number = label.line; number <= label.last; number++) {
    for (const occurrence of occurrencesOf(source.lines[number]!)) {
      if (occurrence.kind !== 'symbol' || occurrence.definition || !isCall(source.lines[number]!, occurrence)) continue;
      for (const found of analysis.definitionsOf(occurrence, key, number)) {
        const callee = outlineOfKey(analysis, found.key)?.labels.find((candidate) => candidate.line === found.line);
        // A jump within the function is none of its calls.
        const inside = found.key === key && found.line >= label.line && found.line <= label.last;
        if (!callee || (inside && isJump(source.lines[number]!, occurrence))) continue;
        const id = `${found.key}:${callee.line}`;
        const call = callees.get(id) ?? {
          to: itemOf(workspace.uriOf(found.key), analysis, found.key, callee),
          fromRanges: [],
        };
        call.fromRanges.push(lineRange(number, occurrence.start, occurrence.end));
        callees.set(id, call);
      }
    }
  }
  return [...callees.values()];
}

function isCall(line: Parameters<typeof occurrencesOf>[0], { start }: Occurrence): boolean {
  return line.statements.some(
    ({ key, operandsStart, end }) => calling.has(key) && operandsStart <= start && start <= end,
  );
}

function isJump(line: Parameters<typeof occurrencesOf>[0], { start }: Occurrence): boolean {
  return line.statements.some(
    ({ key, operandsStart, end }) => (key === 'j' || key === 'jump') && operandsStart <= start && start <= end,
  );
}

function outlineOfKey(analysis: Analysis, key: string): Outline | undefined {
  const source = analysis.source(key);
  return source && analysis.outline(key, source);
}

/** A file whose text names no function has labels still. */
function labelBefore(analysis: Analysis, key: string, line: number): OutlineLabel | undefined {
  return outlineOfKey(analysis, key)
    ?.labels.filter((label) => label.kind !== 'data' && label.line <= line)
    .at(-1);
}

function itemOf(uri: string, analysis: Analysis, key: string, label: OutlineLabel): CallHierarchyItem {
  const { name, kind, line, last, start, end } = label;
  return {
    name,
    kind: kind === 'data' ? SymbolKind.Variable : SymbolKind.Function,
    detail: key.slice(key.lastIndexOf('/') + 1),
    uri,
    range: {
      start: { line, character: 0 },
      end: { line: last, character: analysis.source(key)?.lines[last]?.text.length ?? 0 },
    },
    selectionRange: lineRange(line, start, end),
  };
}
