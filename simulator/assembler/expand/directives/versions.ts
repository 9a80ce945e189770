import { type Directive, directives, OperandReader, type Run } from './directive';

/** What becomes of a symbol of which versions are made. */
const fates: ReadonlySet<string> = new Set(['local', 'hidden', 'remove']);

/** `.symver name, name@version`: the symbol is (also) known by a name with a version. */
const version: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const name = reader.symbol();
  if (!name || !reader.requireComma('a name with a version')) return;
  const { lexer } = reader;
  const { start } = lexer;
  // A name with `@` in it is several tokens.
  let end = start;
  while (!reader.atEnd && !lexer.is(',') && (lexer.start === end || end === start)) {
    end = lexer.end;
    lexer.next();
  }
  const text = lexer.text.slice(start, end);
  const fate = reader.comma() ? reader.symbol("'local', 'hidden' or 'remove'") : undefined;
  reader.finish();
  if (fate && !fates.has(fate.text)) {
    unit.error('symver', `'local', 'hidden' or 'remove' can stand here, not '${fate.text}'`, fate.start, fate.end);
    return;
  }
  const symbol = unit.symbols.named(name.text);
  unit.symbols.list(symbol);
  const problem = symbol.common ? 'common storage has no versions' : versionProblem(text, symbol.versions);
  if (problem) {
    unit.error('symver', `'.symver': ${problem}`, start, end);
    return;
  }
  if (!symbol.versions.includes(text)) symbol.versions.unshift(text);
  if (fate) symbol.versionFate = fate.text as 'local' | 'hidden' | 'remove';
};

function versionProblem(text: string, others: readonly string[]): string | undefined {
  const marks = /@+/.exec(text)?.[0].length ?? 0;
  if (marks === 0) return `'${text}' names no version: name@version is expected`;
  if (marks > 3) return `'${text}' has more than three '@'`;
  if (marks === 3 && others.some((other) => other !== text && other.includes('@@@')))
    return "one version with '@@@' is there already";
  return undefined;
}

export const versionDirectives: readonly Directive[] = directives(
  '.symver',
  'symbol, name@version[, local|hidden|remove]',
  'Gives a symbol a name with a version',
  version,
);
