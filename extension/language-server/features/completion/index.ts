import {
  type CompletionItem,
  type CompletionList,
  InsertTextFormat,
  MarkupKind,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { isRecord } from '../../../../simulator/schema/record';
import { answering } from '../../answering';
import type { ServerContext } from '../../context';
import { architectureAt } from '../../ide/architecture-at';
import type { Document } from '../../ide/workspace';
import { lineRange } from '../../locations';
import { isForeign, latestPlaceOf } from '../target';
import { documentationOf } from './documentation';
import type { ItemData } from './item';
import { offersAt } from './offers';
import { placeAt } from './place';

/** What can be written next: it looks at the line and at what is known already, and waits for no assembly. */
export function registerCompletion(context: ServerContext): ServerCapabilities {
  const { connection, workspace } = context;
  connection.onCompletion(
    answering(async ({ textDocument, position }) => {
      const document = workspace.document(textDocument.uri);
      const place =
        document?.source.lines[position.line] && placeAt(document.source, position.line, position.character);
      if (!document || !place || (await isForeign(workspace, document))) return { isIncomplete: false, items: [] };
      const analysis = (await latestPlaceOf(context, document.uri))?.analysis;
      const index = workspace.indexOf(document.key)!;
      const architecture = architectureAt(document.source, index, position.line, analysis?.project.march);
      const { offers, complete } = await offersAt({
        workspace,
        document,
        analysis,
        place,
        architecture,
        line: position.line,
      });
      const gap = writtenGap(document, position.line);
      // Where operands stand already, only the name is written.
      const rest = document.source.lines[position.line]!.text.slice(position.character);
      const snippets = hasSnippets(context) && /^\s*($|[#;]|\/[/*])/.test(rest);
      const range = lineRange(position.line, place.start, position.character);
      const items = offers.map((offer): CompletionItem => {
        const snippet = snippets ? offer.snippet : undefined;
        const newText = snippet?.replace(/^(\S+) (?=\S)/, (_, name: string) => name + gap) ?? offer.text ?? offer.label;
        return {
          label: offer.label,
          kind: offer.kind,
          ...(offer.detail === undefined ? {} : { detail: offer.detail }),
          ...(offer.description === undefined ? {} : { labelDetails: { description: offer.description } }),
          sortText: `${offer.rank}${offer.order ?? offer.label}`,
          ...(snippet === undefined ? {} : { insertTextFormat: InsertTextFormat.Snippet }),
          textEdit: { range, newText },
          ...(offer.data
            ? { data: { kind: offer.data, name: offer.label, uri: document.uri } satisfies ItemData }
            : {}),
          ...(offer.goesOn ? { command: { title: 'Suggest', command: 'editor.action.triggerSuggest' } } : {}),
        };
      });
      return { isIncomplete: !complete, items } satisfies CompletionList;
    }),
  );
  connection.onCompletionResolve(async (item) => {
    const data: unknown = isRecord(item) ? item.data : undefined;
    const known = isItemData(data) ? await documentationOf(context, data) : undefined;
    return known ? { ...item, documentation: { kind: MarkupKind.Markdown, value: known } } : item;
  });
  return {
    completionProvider: { triggerCharacters: ['.', '%', '\\', '#', '"', '<', '/', '(', ','], resolveProvider: true },
  };
}

function isItemData(data: unknown): data is ItemData {
  return isRecord(data) && typeof data['kind'] === 'string' && typeof data['name'] === 'string';
}

function hasSnippets({ client }: ServerContext): boolean {
  return client.textDocument?.completion?.completionItem?.snippetSupport === true;
}

/** Lines in which the source's style is looked for, each way. */
const near = 50;

/** What stands between mnemonics and operands nearby: one space, or a tab. */
function writtenGap({ source: { lines } }: Document, line: number): string {
  for (let distance = 1; distance <= near; distance++) {
    for (const number of [line - distance, line + distance]) {
      for (const { kind, name, start, operandsStart, end, text } of lines[number]?.statements ?? []) {
        if (kind !== 'command' || operandsStart >= end || name.startsWith('.')) continue;
        return text[start + name.length] === '\t' ? '\t' : ' ';
      }
    }
  }
  return ' ';
}
