import type { ObjectFile } from '../../object/elf/relocatable';
import type { PlacedScript } from '../scripts/placed-script';
import type { Assignment, LinkerScript, ScriptExpression } from '../scripts/syntax';

/** The names of global symbols in the order in which ld meets them: those of a script that was given come first. */
export function* symbolNames(
  script: LinkerScript,
  scriptFirst: boolean,
  objects: readonly ObjectFile[],
): Generator<string> {
  if (scriptFirst) yield* scriptNames(script);
  for (const { symbols } of objects)
    for (const { name, binding } of symbols) if (binding !== 'local' && name !== '') yield name;
  if (!scriptFirst) yield* scriptNames(script);
}

function* scriptNames(script: LinkerScript): Generator<string> {
  for (const { name, value, provide } of assignmentsOf(script)) {
    if (provide) continue;
    yield* namesIn(value);
    yield name;
  }
}

/** The symbols that a script gives values. */
export function* assignmentsOf({ statements }: LinkerScript): Generator<Assignment> {
  for (const statement of statements) {
    const inner = statement.kind === 'output' ? statement.statements : [statement];
    for (const one of inner) if (one.kind === 'assignment' && one.name !== '.') yield one;
  }
}

/** The assignments of symbols in what a script made of a link. */
export function* assignmentsIn({ nodes }: PlacedScript): Generator<Assignment> {
  for (const node of nodes) {
    const inner = node.kind === 'statement' ? [node] : node.output.items;
    for (const item of inner)
      if (item.kind === 'statement' && item.statement.kind === 'assignment' && item.statement.name !== '.')
        yield item.statement;
  }
}

/** The symbols that a script needs values of, and has none for. */
export function wantedByScript(script: LinkerScript): string[] {
  const assigned = new Set([...assignmentsOf(script)].map(({ name }) => name));
  return [...scriptNames(script)].filter((name) => !assigned.has(name));
}

export function* namesIn(expression: ScriptExpression): Generator<string> {
  switch (expression.kind) {
    case 'name':
      if (expression.name !== '.') yield expression.name;
      break;
    case 'unary':
      yield* namesIn(expression.operand);
      break;
    case 'binary':
      yield* namesIn(expression.left);
      yield* namesIn(expression.right);
      break;
    case 'conditional':
      yield* namesIn(expression.condition);
      yield* namesIn(expression.yes);
      yield* namesIn(expression.no);
      break;
    case 'call':
      for (const operand of expression.operands) yield* namesIn(operand);
      break;
    default:
  }
}
