import { ErrorCodes, ResponseError, type ServerCapabilities, type TextEdit } from 'vscode-languageserver';
import { csrNamed, registerNamed } from '../../../simulator/isa';
import { isMnemonic } from '../assembly';
import { lineRange } from '../locations';
import type { Occurrence } from '../occurrences';
import { checked } from '../params';
import type { ServerContext } from '../server';
import { targetOf } from './target';

const renamed: ReadonlySet<Occurrence['kind']> = new Set(['symbol', 'call', 'define']);

/** Renames symbols, macros and preprocessor names in every file of the program. */
export function registerRename(context: ServerContext): ServerCapabilities {
  const { connection, workspace } = context;
  connection.onPrepareRename(
    checked('position', async (params) => {
      const target = await targetOf(context, params);
      if (!target || !renamed.has(target.word.kind)) return null;
      const { document, analysis, position, word } = target;
      const defined = analysis.same(word, document.key, position.line).some(({ occurrence }) => occurrence.definition);
      return defined ? { range: lineRange(position.line, word.start, word.end), placeholder: word.name } : null;
    }),
  );
  connection.onRenameRequest(
    checked('position', async (params) => {
      const target = await targetOf(context, params);
      if (!target || !renamed.has(target.word.kind))
        throw refusal('only symbols, macros and #define names can be renamed');
      const { document, analysis, position, word } = target;
      const { newName } = params;
      if (typeof newName !== 'string') throw refusal('"newName" must be a text');
      const problem = problemWith(newName, word);
      if (problem) throw refusal(problem);
      if (newName !== word.name && analysis.same({ ...word, name: newName }, document.key, position.line).length > 0) {
        throw refusal(`'${newName}' is in use already`);
      }
      const changes: Record<string, TextEdit[]> = {};
      for (const { key, line, occurrence } of analysis.same(word, document.key, position.line)) {
        const uri = workspace.uriOf(key);
        const edit = { range: lineRange(line, occurrence.start, occurrence.end), newText: newName };
        const edits = changes[uri];
        if (edits) edits.push(edit);
        else changes[uri] = [edit];
      }
      return { changes };
    }),
  );
  return { renameProvider: { prepareProvider: true } };
}

function refusal(message: string): ResponseError<void> {
  return new ResponseError(ErrorCodes.InvalidParams, message);
}

function problemWith(name: string, word: Occurrence): string | undefined {
  const pattern = word.kind === 'define' ? /^[A-Za-z_]\w*$/ : /^[A-Za-z_.$][\w.$]*$/;
  if (!pattern.test(name)) return `'${name}' is no name`;
  if (registerNamed(name)) return `'${name}' is a register`;
  if (csrNamed(name)) return `'${name}' is a CSR`;
  if (word.kind === 'call' && isMnemonic(name.toLowerCase())) return `'${name}' is an instruction`;
  return undefined;
}
