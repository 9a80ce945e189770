import type { ServerCapabilities } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import { elsewhere, locationsOf } from './definition';
import { targetOf } from './target';

/** Go to implementations: every label that a symbol of several files may be, in this program and in the rest of the workspace. */
export function registerImplementation(context: ServerContext): ServerCapabilities {
  context.connection.onImplementation(
    answering(async (params) => {
      const target = await targetOf(context, params);
      if (target?.word.kind !== 'symbol') return null;
      const { document, analysis, position, word } = target;
      const own = locationsOf(context, analysis.definitionsOf(word, document.key, position.line));
      const all = [...own, ...elsewhere(context, word.name)];
      const byPlace = new Map(all.map((location) => [`${location.uri}:${location.range.start.line}`, location]));
      return [...byPlace.values()];
    }),
  );
  return { implementationProvider: true };
}
