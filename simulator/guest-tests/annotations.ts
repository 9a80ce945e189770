import { Lexer, TokenKind } from '../assembler/syntax/lexer';
import { SourceText } from '../assembler/syntax/source';
import { AnnotatedTests } from './annotated-tests';
import { Annotation } from './annotation';
import type { Described } from './described';
import type { TestProblem } from './guest-test';
import { MARK } from './marks';

/**
 * The tests that the comments `#!` of an assembly source describe, as the value that a test file with the same tests has.
 * @param name what the source is called in it
 */
export function readAnnotations(name: string, text: string): Described | readonly TestProblem[] {
  const tests = new AnnotatedTests(name);
  const problems: TestProblem[] = [];
  for (const { text: comment, line, column } of commentsOf(name, text)) {
    // A shebang is no annotation.
    if (line === 0 && column === 0 && comment.startsWith(`${MARK}/`)) continue;
    const annotation = new Annotation(comment.slice(MARK.length), line, column + MARK.length);
    const problem = tests.add(annotation);
    if (problem) problems.push(problem);
  }
  return problems.length > 0 ? problems : tests;
}

interface Comment {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** The comments that begin with the mark: one on a line, behind all else that is there. */
function* commentsOf(name: string, text: string): Generator<Comment> {
  for (const [line, { text: whole, startsInComment }] of SourceText.parse(name, text).lines.entries()) {
    if (!whole.includes(MARK)) continue;
    const from = startsInComment ? whole.indexOf('*/') + 2 : 0;
    if (startsInComment && from < 2) continue;
    const lexer = new Lexer(whole, from);
    while (lexer.nextToken() !== TokenKind.End) {
      if (!lexer.at(TokenKind.Comment) || !lexer.value.startsWith(MARK)) continue;
      yield { text: lexer.value, line, column: lexer.start };
    }
  }
}
