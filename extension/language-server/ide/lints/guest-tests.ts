import { mayBeAnnotated } from '../../../../simulator/guest-tests/marks';
import { readTests } from '../../../../simulator/guest-tests/read-tests';
import type { SourceText } from '../assembly';
import type { Note } from './note';

/** What is wrong in the annotations of tests in a source: `hyperstep test` would refuse them. @param name of the source, without its folder */
export function lintGuestTests({ lines }: SourceText, name: string): Note[] {
  if (!lines.some(({ text }) => mayBeAnnotated(text))) return [];
  const { problems } = readTests(name, lines.map(({ text }) => text).join('\n'));
  return problems.map(({ range, message }) => ({ code: 'guest-test', message, severity: 'error', range }));
}
