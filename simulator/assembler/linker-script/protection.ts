import type { LayoutNode } from './place';
import type { ScriptExpression } from './syntax';

/** Whether any section can be protected once the program is loaded (RELRO): those from where the data segment begins. */
export function protectsSections(nodes: readonly LayoutNode[]): boolean {
  const isCall = (node: LayoutNode, name: string): boolean =>
    node.kind === 'statement' && node.statement.kind === 'assignment' && calls(node.statement.value, name);
  const start = nodes.findIndex((node) => isCall(node, 'DATA_SEGMENT_ALIGN'));
  if (start < 0) return false;
  const end = nodes.findIndex((node) => isCall(node, 'DATA_SEGMENT_RELRO_END'));
  const between = nodes.slice(start, end < 0 ? undefined : end);
  return between.some((node) => node.kind === 'output' && node.output.inputs.some(({ size }) => size > 0));
}

function calls(expression: ScriptExpression, name: string): boolean {
  if (expression.kind === 'call')
    return expression.name === name || expression.operands.some((part) => calls(part, name));
  if (expression.kind === 'segment') return calls(expression.otherwise, name);
  return false;
}
