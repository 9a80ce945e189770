import { expansionOf } from '../../../simulator/isa';
import type { Statement } from './assembly';
import { type Candidate, candidatesNamed } from './candidates';

export type Access = 'read' | 'write' | 'read-write';

const destinations = new Set(['rd', 'rt']);

/** What a statement does with the register that it names at a column, as the table's syntax says; undefined when it names none there. */
export function registerAccess(statement: Statement, column: number): Access | undefined {
  const { operands } = statement;
  const index = operands.findIndex(({ start, end }) => start <= column && column <= end);
  if (index < 0) return undefined;
  const candidates = candidatesNamed(statement.key).filter(({ pattern }) => pattern.counts.includes(operands.length));
  for (const candidate of candidates) {
    const slot = candidate.pattern.slots[index];
    if (slot?.kind === 'memory') return 'read';
    if (slot?.kind === 'register') return destinations.has(slot.word) ? accessOfDestination(candidate) : 'read';
    if (slot?.kind === 'this-register') return 'read-write';
  }
  return undefined;
}

/** A compressed instruction may read its destination too: what it expands to says so. */
function accessOfDestination({ instruction }: Candidate): Access {
  const expansion = instruction && expansionOf(instruction);
  const reads = expansion && Object.entries(expansion.operands).some(([to, from]) => to !== 'rd' && from === 'rd');
  return reads ? 'read-write' : 'write';
}
