import { type Define, type Defines, expandText, parseDefine } from '../../../simulator/assembler/preprocess/macros';
import { withoutComments } from '../../../simulator/assembler/syntax/statement';
import type { Analysis } from './analysis';

const known = new WeakMap<Analysis, Map<string, Define>>();

/** The `#define`s of a program's files and project, the last one of each name: what a name means without regard to `#if`. */
export function definesOf(analysis: Analysis): Defines {
  let defines = known.get(analysis);
  if (!defines) {
    defines = new Map();
    for (const [name, value] of Object.entries(analysis.project.defines)) add(defines, `${name} ${value}`);
    for (const file of analysis.files) {
      for (const definitions of analysis.sources.indexOf(file)?.defines.values() ?? [])
        for (const { statement } of definitions) add(defines, statement.text.slice(statement.operandsStart));
    }
    known.set(analysis, defines);
  }
  return defines;
}

function add(defines: Map<string, Define>, text: string): void {
  const define = parseDefine(withoutComments(text).replace(/\\$/, '').trim());
  if (typeof define !== 'string') defines.set(define.name, define);
}

/** What the preprocessor makes of a text; undefined when it is left as it is, or cannot be done. */
export function preprocessed(text: string, analysis: Analysis): string | undefined {
  const { text: result, problem } = expandText(text, definesOf(analysis), () => undefined);
  return problem || result === text ? undefined : result.trim();
}

/** The call of a function-like macro that begins at a column: up to its closing parenthesis, or the name alone. */
export function callAt(text: string, start: number, end: number): string {
  const open = /^\s*\(/.exec(text.slice(end));
  if (!open) return text.slice(start, end);
  let depth = 0;
  for (let at = end; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return text.slice(start, at + 1);
  }
  return text.slice(start, end);
}
