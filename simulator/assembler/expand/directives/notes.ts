import { SectionFlag, SectionType } from '../../../object/elf/relocatable';
import type { Unit } from '../../unit/unit';
import { attributeTagNumber, attributeValue } from './attribute-numbers';
import { type Directive, directives, OperandReader, type Run } from './directive';

/** A directive whose one operand is a text. */
function withText(use: (unit: Unit, bytes: readonly number[]) => void): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const text = reader.string();
    if (!text) return;
    reader.finish();
    use(unit, text.bytes);
  };
}

/** `.ident`: a text of the section `.comment`, which begins with an empty one. */
function addComment(unit: Unit, bytes: readonly number[]): void {
  const flags = SectionFlag.Merge | SectionFlag.Strings;
  const found = unit.sections.find('.comment');
  const output = found ?? unit.sections.output('.comment', { type: SectionType.Progbits, flags, entrySize: 1 }, false);
  output.flags = flags;
  output.entrySize = 1;
  const section = unit.sections.subsection(output, 0);
  if (section.length === 0) section.append([0]);
  section.append([...bytes, 0]);
}

const noteOfVersion = 1;

/** `.version`: a note with a name and no contents (System V ABI, "Note Section"). */
function addNote(unit: Unit, bytes: readonly number[]): void {
  const section = unit.sections.subsection(unit.sections.output('.note', undefined, false), 0);
  section.align(4);
  for (const word of [bytes.length + 1, 0, noteOfVersion]) section.appendInteger(word, 4);
  section.append([...bytes, 0]);
  section.append(new Uint8Array(-section.length & 3));
}

/** `.gnu_attribute tag, value`: a property of GNU's own. */
const gnuAttribute: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const number = attributeTagNumber(reader);
  if (number === undefined || !reader.requireComma('a value')) return;
  // Odd tags have texts, even ones numbers; 32 has both.
  const value: { number?: number; text?: string } = {};
  if (number === 32 || number % 2 === 0) value.number = attributeValue(reader) ?? 0;
  if (number === 32 && !reader.requireComma('a text')) return;
  if (number === 32 || number % 2 === 1) {
    const text = reader.string();
    if (!text) return;
    value.text = new TextDecoder().decode(Uint8Array.from(text.bytes));
  }
  reader.finish();
  unit.attributes.gnu.set(number, value);
};

const print: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const text = reader.text();
  reader.finish();
  if (text) unit.report('hint', 'print', text.text, unit.span(text.start, text.end));
};

const ignored: Run = () => {};

function refused(name: string, why: string): Directive {
  return {
    name,
    operands: '',
    summary: `Not supported: ${why}`,
    run: (unit, statement) => {
      const end = statement.start + statement.name.length;
      unit.error('unsupported-directive', `'${name}' is not supported: ${why}`, statement.start, end);
    },
  };
}

const listing = '.title .sbttl .ttl .list .nolist .psize .plen .llen .eject .page .nopage .lflags';
const without = '.func .endfunc .debug .name .format .noformat .spc .this_gcc_requires_the_gnu_assembler';
const stabs = '.stabs .stabn .stabd .xstabs';

/** Compilers' line information of old: it is DWARF that is kept. */
const stab: Run = (unit, statement) => {
  const message = `'${statement.name}' is left out: line information is DWARF, by .file and .loc`;
  unit.warning('stabs', message, statement.start, statement.start + statement.name.length);
};

export const noteDirectives: readonly Directive[] = [
  ...directives('.ident', '"text"', 'A text for the section .comment', withText(addComment)),
  ...directives('.version', '"text"', 'A note with a name', withText(addNote)),
  ...directives('.gnu_attribute', 'tag, value', 'Notes a property of the object file', gnuAttribute),
  ...directives('.print', '"text"', 'Prints a text while assembling', print),
  ...directives(listing, '...', 'Layout of a printed listing', ignored),
  ...directives(stabs, '...', 'No effect: line information is DWARF', stab),
  ...directives(without, '...', 'No effect', ignored),
  ...['.bundle_align_mode', '.bundle_lock', '.bundle_unlock'].map((name) =>
    refused(name, 'RISC-V has no instruction bundles'),
  ),
  refused('.nops', 'GNU as has it for x86 only: .nop takes a number of bytes'),
  refused('.mri', 'there is no other syntax than that of GNU as'),
  refused('.rva', 'addresses relative to an image are of Windows'),
  refused('.addrsig', 'tables of address-significant symbols are of LLVM'),
  refused('.addrsig_sym', 'tables of address-significant symbols are of LLVM'),
];
