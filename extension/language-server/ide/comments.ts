import type { Line, SourceText } from './assembly';

/** Lines of comment above a definition that are shown with it. */
const most = 20;

/** What the comments directly above a line, or else behind its statements, say about it. */
export function commentAt({ lines, preprocessed }: SourceText, line: number): string {
  const above: string[] = [];
  for (let number = line - 1; number >= 0 && above.length < most; number--) {
    const text = lines[number];
    if (!text || !isCommentLine(text, preprocessed)) break;
    above.unshift(plain(text.text));
  }
  const said = above.join('\n').trim();
  if (said !== '') return said;
  const text = lines[line];
  const last = text?.statements.at(-1);
  if (!text || !last) return '';
  const rest = text.text.slice(Math.max(last.end, last.start + last.name.length, last.labels.at(-1)?.end ?? 0));
  const comment = /(?:#|\/\/|\/\*).*$/.exec(rest);
  return comment ? plain(comment[0]) : '';
}

/** A comment's text without its marks and rulers. */
function plain(text: string): string {
  return text
    .trim()
    .replace(/^(#+|\/\/+|\/\*+!?|\*(?!\/))\s?/, '')
    .replace(/\s*\*+\/$/, '')
    .replace(/^[-=*#~_\s]{4,}$/, '')
    .trimEnd();
}

/** Whether a line is nothing but a comment: of the preprocessor's lines, those that it does not know are comments too. */
export function isCommentLine({ text, statements, startsInComment }: Line, preprocessed: boolean): boolean {
  if (statements.length === 0) return startsInComment || /^\s*(#|\/\/|\/\*)/.test(text);
  return preprocessed && statements[0]!.kind === 'preprocessor' && !/^\s*#\s*(\w+)/.exec(text)?.[1]?.match(directive);
}

const directive = /^(include|define|undef|if|ifdef|ifndef|elif|else|endif|error|warning|pragma|line)$/;
