import { type Candidate, candidatesNamed, fitsSlot, type Slot } from '../../ide/candidates';
import { type Fixer, replaceStatement } from './fix';

/** Operands that are missing: the destination once more where only the first source is, plain ones elsewhere. */
export const fixOperands: Fixer = ({ diagnostic, statement }) => {
  const operands = statement.operands.filter(({ expression }) => expression.kind !== 'missing');
  const written = operands.map(({ start, end }) => statement.text.slice(start, end));
  const texts = new Set<string>();
  const separated = withCommas(statement.text.slice(statement.operandsStart, statement.end));
  const parts = separated.split(',').length;
  if (parts > operands.length && candidatesNamed(statement.key).some(({ pattern }) => pattern.slots.length === parts))
    texts.add(separated);
  for (const candidate of candidatesNamed(statement.key)) {
    const { slots } = candidate.pattern;
    if (slots.length <= operands.length) continue;
    const repeated = repeatsDestination(candidate) ? [written[0]!, ...written] : undefined;
    const fits = (from: number): boolean =>
      operands.slice(from).every((operand, i) => fitsSlot(operand, slots[i + from]!));
    if (repeated && slots.length === repeated.length && operands.slice(1).every((o, i) => fitsSlot(o, slots[i + 2]!)))
      texts.add(repeated.join(', '));
    else if (fits(0)) texts.add([...written, ...slots.slice(written.length).map(plainOperand)].join(', '));
  }
  return [...texts].slice(0, 3).map((text) => ({
    title: `Write '${statement.name} ${text}'`,
    edits: [replaceStatement(diagnostic.range.start.line, statement, `${statement.name} ${text}`)],
  }));

  function repeatsDestination({ pattern: { slots } }: Candidate): boolean {
    const [first, second] = slots;
    return (
      operands.length >= 1 && first?.kind === 'register' && second?.kind === 'register' && first.file === second.file
    );
  }
};

/** Operands with commas where only blanks stand between two words. */
function withCommas(operands: string): string {
  return operands.trim().replace(/([\w)])\s+(?=[\w.$%-])/g, '$1, ');
}

/** Something that stands at such a place and does no harm. */
function plainOperand(slot: Slot): string {
  switch (slot.kind) {
    case 'register':
      return slot.file === 'f' ? 'ft0' : 'zero';
    case 'this-register':
      return slot.name;
    case 'memory':
      return slot.fixedBase ? `0(${slot.base})` : '0(sp)';
    case 'immediate':
      return '0';
    case 'address':
      return '.';
    case 'tprel-add':
      return '%tprel_add(.)';
    case 'csr':
      return 'sstatus';
    case 'fence-set':
      return 'rw';
    case 'rounding-mode':
      return 'dyn';
  }
}
