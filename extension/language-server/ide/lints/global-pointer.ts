import type { SourceText, Statement } from '../assembly';
import { registerOf } from './code-walk';
import { type Note, noteOf } from './note';

const globalPointer = 3;
const loads = new Set(['la', 'lla']);

/**
 * `la gp, __global_pointer$` where the linker may relax it: it becomes `mv gp, gp`, and gp is never set (RISC-V ELF psABI, global-pointer
 * relaxation).
 */
export function lintGlobalPointer({ lines }: SourceText): Note[] {
  const found: Note[] = [];
  let relaxes = true;
  const saved: boolean[] = [];
  lines.forEach(({ text, statements }, number) => {
    if (!text.includes('gp') && !text.includes('x3') && !text.includes('.option')) return;
    for (const statement of statements) {
      if (statement.key === '.option') {
        const option = statement.operandText.trim();
        if (option === 'push') saved.push(relaxes);
        else if (option === 'pop') relaxes = saved.pop() ?? relaxes;
        else if (option === 'relax' || option === 'norelax') relaxes = option === 'relax';
      } else if (relaxes && setsGlobalPointer(statement)) {
        const message = `the linker relaxes this to 'mv gp, gp', and gp is never set: it belongs between '.option push', '.option norelax' and '.option pop'`;
        const { start, end } = statement;
        found.push(noteOf('gp-relaxed', message, number, start, end, 'warning'));
      }
    }
  });
  return found;
}

function setsGlobalPointer(statement: Statement): boolean {
  if (!loads.has(statement.key)) return false;
  const [register, address] = statement.operands;
  return (
    registerOf(register) === globalPointer &&
    address?.expression.kind === 'symbol' &&
    address.expression.name === '__global_pointer$'
  );
}
