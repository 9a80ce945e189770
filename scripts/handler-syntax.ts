import ts from 'typescript';

/** A function that narrates. */
export type Handler = (ts.FunctionDeclaration | ts.FunctionExpression | ts.MethodDeclaration) & {
  readonly asteriskToken: ts.AsteriskToken;
  readonly body: ts.Block;
};

export function isHandler(node: ts.Node): node is Handler {
  const isFunction = ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node);
  return isFunction && node.asteriskToken !== undefined && node.body !== undefined;
}

/** ``step`…` ``, or ``step.about(x)`…` ``. */
export function isStep(node: ts.Node): node is ts.TaggedTemplateExpression {
  return ts.isTaggedTemplateExpression(node) && (isStepTag(node.tag) || isStepAbout(node.tag));
}

const isStepTag = (node: ts.Node): boolean => ts.isIdentifier(node) && node.text === 'step';

function isStepAbout(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { expression, name } = node.expression;
  return isStepTag(expression) && name.text === 'about';
}

/** The step of a ``yield step`…` ``. */
export function yieldedStep(node: ts.Node): ts.TaggedTemplateExpression | undefined {
  return ts.isYieldExpression(node) && !node.asteriskToken && node.expression && isStep(node.expression)
    ? node.expression
    : undefined;
}

/** The call by which a handler enters another: of a `yield* f(x)`, or of a `yield* across(world, f(x))`. */
export function enteredCall(node: ts.Node): ts.CallExpression | undefined {
  if (!ts.isYieldExpression(node) || !node.asteriskToken || !node.expression) return undefined;
  if (!ts.isCallExpression(node.expression)) return undefined;
  if (!isCallOf(node.expression, 'across')) return node.expression;
  const [, inner] = node.expression.arguments;
  return inner && ts.isCallExpression(inner) ? inner : undefined;
}

/** The call of a handler that is run where nobody looks: of a `runThrough(f(x))`. */
export function straightCall(node: ts.Node): ts.CallExpression | undefined {
  if (!isRunThrough(node)) return undefined;
  const [argument] = node.arguments;
  return argument && ts.isCallExpression(argument) ? argument : undefined;
}

export function isRunThrough(node: ts.Node): node is ts.CallExpression {
  return isCallOf(node, 'runThrough');
}

function isCallOf(node: ts.Node, name: string): node is ts.CallExpression {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name;
}

/** What a call names: `f` of `f(x)`, `a.f(x)` and `a.f?.(x)`; undefined where it is found by anything but a name. */
export function calledName({ expression }: ts.CallExpression): ts.Identifier | ts.PrivateIdentifier | undefined {
  if (ts.isIdentifier(expression)) return expression;
  return ts.isPropertyAccessExpression(expression) ? expression.name : undefined;
}

/**
 * What is wrong with a node of a handler's source, in words: something would have no site, or no straight twin.
 * @param handlers the names of all
 */
export function problemOf(node: ts.Node, handlers: ReadonlySet<string>): string | undefined {
  if (isStepAbout(node) && !(node.parent && isStep(node.parent)))
    return 'What a step is about is said where the step is: `yield step.about(x)`...``';
  if (isStep(node) && !(node.parent && yieldedStep(node.parent)))
    return 'A step`...` must be yielded: `yield step`...``';
  if (ts.isYieldExpression(node) && !yieldedStep(node) && !enteredCall(node))
    return 'A handler yields steps, and enters other handlers by `yield* f(x)`';
  if (isRunThrough(node) && !straightCall(node))
    return 'What is run through is the call of a handler: `runThrough(f(x))`';
  const call = enteredCall(node) ?? straightCall(node);
  if (call) {
    const name = calledName(call)?.text;
    if (name === undefined || !handlers.has(name))
      return `No handler is named ${name ?? call.expression.getText()}: a handler is called by the name of its generator`;
  }
  if (isHandler(node)) {
    const isNamed = node.name !== undefined && (ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name));
    if (!isNamed || ts.isFunctionExpression(node))
      return 'A handler is a declared function or a method with a name, beside which its straight twin can stand';
  } else if (returnsNarration(node)) {
    return 'What returns a narration is a generator, so that it has a straight twin: `return yield* f(x)`';
  }
  return undefined;
}

function returnsNarration(node: ts.Node): boolean {
  if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return false;
  const { type } = node;
  return type !== undefined && ts.isTypeReferenceNode(type) && type.typeName.getText() === 'Narration';
}
