import type { Location, ServerCapabilities } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { Found } from '../ide/analysis';
import { locationOf } from '../locations';
import { includedFile } from './included-files';
import { type Target, targetOf } from './target';

/** Go to definition: labels, set symbols, macros and their parameters, `#define`, and included files. */
export function registerDefinition(context: ServerContext): ServerCapabilities {
  context.connection.onDefinition(
    answering(async (params) => {
      const target = await targetOf(context, params);
      return target ? definitionsOf(context, target) : null;
    }),
  );
  return { definitionProvider: true };
}

function definitionsOf(context: ServerContext, target: Target): Location[] {
  const { document, analysis, position, word } = target;
  if (word.kind === 'string') {
    const file = includedFile(target, word);
    return file === undefined ? [] : [locationOf(context.workspace.uriOf(file), 0, 0, 0)];
  }
  const found = analysis.definitionsOf(word, document.key, position.line);
  if (found.length > 0) return locationsOf(context, found);
  return word.kind === 'symbol' ? elsewhere(context, word.name) : [];
}

export function locationsOf({ workspace }: ServerContext, found: readonly Found[]): Location[] {
  return found.map(({ key, line, occurrence: { start, end } }) => locationOf(workspace.uriOf(key), line, start, end));
}

/** The files of the workspace that define a symbol for others, whatever program they belong to. */
export function elsewhere({ workspace, index }: ServerContext, name: string): Location[] {
  return index
    .globalsNamed(name)
    .map(({ key, line, start, end }) => locationOf(workspace.uriOf(key), line, start, end));
}
