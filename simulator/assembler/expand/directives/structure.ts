import { type Directive, directives, OperandReader, type Run } from './directive';

/** `.struct`: what follows takes no room; its labels are the offsets from the given number. */
const structure: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const offset = reader.constant('the first offset', 0);
  reader.finish();
  if (offset !== undefined) unit.sections.enterAbsolute(Number(offset));
};

export const structureDirectives: readonly Directive[] = directives(
  '.struct .offset',
  'expression',
  'Goes on with numbers: labels are offsets, and nothing is put into the object',
  structure,
);
