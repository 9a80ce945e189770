import type { ServerContext } from '../../context';
import { commentAt } from '../../ide/comments';
import { describeMnemonic } from '../../ide/descriptions/instruction';
import { describeMacro } from '../../ide/descriptions/macro';
import { code, paragraphs } from '../../ide/descriptions/markdown';
import { describeCsr, describeDirective, describeRegister, describeRelocation } from '../../ide/descriptions/names';
import { latestPlaceOf } from '../target';
import type { ItemData } from './item';

/** What an item means: as hover tells it, without a place in the program. */
export async function documentationOf(
  context: ServerContext,
  { kind, name, uri }: ItemData,
): Promise<string | undefined> {
  switch (kind) {
    case 'mnemonic':
      return describeMnemonic(name);
    case 'directive':
      return describeDirective(name);
    case 'register':
      return describeRegister(name);
    case 'csr':
      return describeCsr(name);
    case 'relocation':
      return describeRelocation(name);
  }
  const analysis = typeof uri === 'string' ? (await latestPlaceOf(context, uri))?.analysis : undefined;
  if (!analysis) return undefined;
  if (kind === 'macro') {
    const macro = analysis.macroNamed(name);
    const source = macro && analysis.source(macro.file);
    return macro && describeMacro(macro, source ? commentAt(source, macro.line) : '');
  }
  const kinds = kind === 'define' ? (['define'] as const) : (['label', 'constant', 'common'] as const);
  const [definition] = analysis.definitionsNamed(name, ...kinds);
  const source = definition && analysis.source(definition.key);
  return definition && source && paragraphs([code(definition.line.text.trim()), commentAt(source, definition.number)]);
}
