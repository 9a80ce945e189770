import { HEADER_URI } from '../../../../simulator/hypercalls/header';
import { commentAt } from '../../ide/comments';
import { callAt, preprocessed } from '../../ide/defines';
import { describeHypercallNamed } from '../../ide/descriptions/hypercall';
import { code, paragraphs } from '../../ide/descriptions/markdown';
import { numberText, valueOfLiteral } from '../../ide/descriptions/number';
import { meaningOf } from '../../ide/meaning';
import type { Target } from '../target';

/** A `#define`: its text, and what it becomes where it is used. */
export function hoverDefine({ analysis, word, document, position }: Target): string | undefined {
  const meaning = meaningOf(analysis, word, document.key, position.line);
  if (meaning.kind !== 'define') return undefined;
  const definitions = analysis.definitionsNamed(meaning.name, 'define');
  const shown = definitions.at(-1);
  const source = shown && analysis.source(shown.key);
  if (!shown || !source) return undefined;
  let last = shown.number;
  while (source.lines[last]?.text.endsWith('\\')) last++;
  const text = source.lines.slice(shown.number, last + 1).map((line) => line.text.trimEnd());
  const use = callAt(document.source.lines[position.line]!.text, word.start, word.end);
  const expansion = word.definition ? preprocessed(meaning.name, analysis) : preprocessed(use, analysis);
  const value = expansion === undefined ? undefined : valueOfLiteral(expansion);
  return paragraphs([
    code(text.join('\n')),
    // The header's comment is the first sentence of that.
    (shown.key === HEADER_URI && describeHypercallNamed(meaning.name)) || commentAt(source, shown.number),
    expansion !== undefined && value === undefined && `becomes\n${code(expansion)}`,
    value !== undefined && numberText(value),
    definitions.length > 1 && `Defined in ${definitions.length} places.`,
  ]);
}
