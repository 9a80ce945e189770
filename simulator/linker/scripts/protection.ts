import type { InputSection } from '../sections/sections';
import { describes } from './place';
import type { LinkerScript, ScriptExpression, ScriptStatement } from './syntax';

/**
 * Whether any section can be protected once the program is loaded (RELRO): one that some description after the beginning of
 * the data segment names, whether or not it went there. So ld counts a read-only .eh_frame for its description among the
 * writable sections.
 */
export function protectsSections({ statements }: LinkerScript, inputs: readonly InputSection[]): boolean {
  const isCall = (statement: ScriptStatement, name: string): boolean =>
    statement.kind === 'assignment' && calls(statement.value, name);
  const start = statements.findIndex((statement) => isCall(statement, 'DATA_SEGMENT_ALIGN'));
  if (start < 0) return false;
  const end = statements.findIndex((statement) => isCall(statement, 'DATA_SEGMENT_RELRO_END'));
  const descriptions = statements
    .slice(start, end < 0 ? undefined : end)
    .flatMap((statement) => (statement.kind === 'output' ? statement.statements : []));
  const filled = inputs.filter(({ output, size }) => output && size > 0);
  return descriptions.some((child) => child.kind === 'input' && filled.some((input) => describes(child, input)));
}

function calls(expression: ScriptExpression, name: string): boolean {
  if (expression.kind === 'call')
    return expression.name === name || expression.operands.some((part) => calls(part, name));
  if (expression.kind === 'segment') return calls(expression.otherwise, name);
  return false;
}
