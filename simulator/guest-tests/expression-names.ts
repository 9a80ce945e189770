import type { Environment } from '../expression/evaluate';
import type { Expression } from '../expression/syntax';

type Named = Extract<Expression, { kind: 'name' }>;

/** An expression and all those in it. */
export function* expressionsIn(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of partsOf(expression)) yield* expressionsIn(part);
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'real':
    case 'name':
      return [];
    case 'unary':
    case 'cast':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.test, expression.yes, expression.no];
    case 'index':
      return [expression.base, expression.index];
    case 'field':
      return [expression.base];
    case 'assignment':
      return [expression.target, expression.value];
  }
}

/** Whether an expression changes something. */
export function assigns(expression: Expression): boolean {
  for (const each of expressionsIn(expression)) if (each.kind === 'assignment') return true;
  return false;
}

/** The names in an expression, each once. */
export function namesIn(expression: Expression): readonly Named[] {
  const found = new Map<string, Named>();
  for (const each of expressionsIn(expression)) if (each.kind === 'name') found.set(each.name, each);
  return [...found.values()];
}

/** The first name that means nothing: of one with a dot, neither all of it nor what stands before the last dot. */
export function unknownName(expression: Expression, environment: Environment): string | undefined {
  return namesIn(expression).find(({ name, isMachine }) => {
    if (environment.lookUp(name, isMachine)) return false;
    const dot = name.lastIndexOf('.');
    return dot <= 0 || !environment.lookUp(name.slice(0, dot), isMachine);
  })?.name;
}
