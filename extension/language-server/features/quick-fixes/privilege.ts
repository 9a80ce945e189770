import { csrNamed } from '../../../../simulator/isa';
import type { Fixer } from './fix';

/** A machine-mode CSR in a guest: the supervisor's of the same meaning. */
export const fixPrivilege: Fixer = ({ diagnostic, statement }) => {
  const { start, end } = diagnostic.range;
  const name = statement.text.slice(start.character, end.character);
  const own = /^m/.test(name) ? csrNamed(name.replace(/^m/, 's')) : undefined;
  if (own?.privilege !== 's') return [];
  return [
    {
      title: `Change to '${own.name}', which supervisor mode has`,
      edits: [{ range: diagnostic.range, newText: own.name }],
    },
  ];
};
