import { commentAt } from '../../ide/comments';
import { code, hex, paragraphs } from '../../ide/descriptions/markdown';
import { numberText } from '../../ide/descriptions/number';
import type { Target } from '../target';

/** A symbol: the line that defines it with its comment, its value, section and size. */
export function hoverSymbol({ analysis, word, document, position }: Target): string | undefined {
  const [definition] = analysis.definitionsOf(word, document.key, position.line);
  const source = definition && analysis.source(definition.key);
  const line = definition && source?.lines[definition.line]?.text.trim();
  return paragraphs([
    line && code(line),
    definition && source && commentAt(source, definition.line),
    valueText({ analysis, word, document }),
  ]);
}

function valueText({ analysis, word: { name }, document }: Pick<Target, 'analysis' | 'word' | 'document'>): string {
  const object = analysis.objectSymbolNamed(name, document.key);
  const symbol = analysis.symbolNamed(name);
  // Of local symbols that share a name, the linked program's first one may be another.
  if (symbol && (object === undefined || object.binding !== 'local' || isSame(symbol.definition?.file, object))) {
    if (symbol.type === 'absolute') return `**${name}** = ${numberText(symbol.value)}: ${symbol.binding}`;
    const kind = symbol.type === 'notype' ? '' : `${symbol.type}, `;
    const size = symbol.size > 0 ? `, ${symbol.size} bytes` : '';
    const place = symbol.section ? ` in ${symbol.section}` : '';
    return `**${name}** = \`${hex(symbol.value)}\`: ${kind}${symbol.binding}${place}${size}`;
  }
  if (!object) return '';
  const { section, value, binding, size } = object;
  if (section === 'undefined') return `**${name}**: not defined in this program`;
  if (section === 'common') return `**${name}**: common storage, ${size} bytes`;
  if (section === 'absolute') return `**${name}** = ${numberText(BigInt(value))}: ${binding}`;
  return `**${name}** = ${section.name} + \`${hex(BigInt(value))}\`: ${binding}${size > 0 ? `, ${size} bytes` : ''}`;
}

function isSame(
  file: string | undefined,
  object: { readonly definition?: { readonly origin: { readonly file: string } } },
): boolean {
  return file !== undefined && file === object.definition?.origin.file;
}

/** Where a numeric label stands that a `1f` or `1b` means. */
export function hoverNumericLabel({ analysis, word, document, position }: Target): string | undefined {
  const [target] = analysis.definitionsOf(word, document.key, position.line);
  if (!target) return undefined;
  const { lines } = document.source;
  const distance = target.line - position.line;
  const where = distance === 0 ? 'in this line' : `${Math.abs(distance)} lines ${distance > 0 ? 'below' : 'above'}`;
  let last = target.line;
  while (lines[last] && lines[last]!.statements.every(({ kind }) => kind === 'none')) last++;
  const text = lines.slice(target.line, last + 1).map((line) => line.text.trimEnd());
  return word.definition
    ? code(text.join('\n'))
    : paragraphs([`Line ${target.line + 1}, ${where}:`, code(text.join('\n'))]);
}
