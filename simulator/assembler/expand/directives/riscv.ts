import {
  type Architecture,
  architectureChanges,
  changeArchitecture,
  compressedExtensions,
} from '../../encode/architecture';
import { ArchitectureTag, attributeTags } from '../../encode/attributes';
import { nearest } from '../../source/diagnostic';
import { TokenKind } from '../../syntax/lexer';
import type { Unit } from '../../unit/unit';
import { attributeTagNumber, attributeValue } from './attribute-numbers';
import { type Directive, directives, OperandReader, type Run } from './directive';

const simpleOptions: Readonly<Record<string, (unit: Unit) => void>> = {
  rvc: (unit) => {
    const { compression = [] } = unit.options;
    changeCompression(unit, '+', ['c', ...compression]);
  },
  norvc: (unit) => {
    const compression = compressedExtensions(unit.options.architecture);
    if (compression.length === 0) return;
    changeCompression(unit, '-', compression);
    unit.options = { ...unit.options, compression };
  },
  relax: (unit) => {
    unit.options = { ...unit.options, relax: true };
  },
  norelax: (unit) => {
    unit.options = { ...unit.options, relax: false };
  },
  pic: (unit) => {
    unit.options = { ...unit.options, pic: true };
  },
  nopic: (unit) => {
    unit.options = { ...unit.options, pic: false };
  },
  // Checks of CSR names by extension: every CSR of the table is taken.
  'csr-check': () => {},
  'no-csr-check': () => {},
  push: (unit) => unit.pushOptions(),
};

function changeCompression(unit: Unit, sign: '+' | '-', extensions: readonly string[]): void {
  const changes = extensions.map((name) => sign + name).join();
  const architecture = changeArchitecture(unit.options.architecture, changes);
  if (typeof architecture !== 'string') unit.setArchitecture(architecture);
}

const option: Run = (unit, statement) => {
  const text = statement.operandText;
  const end = Math.max(statement.end, statement.start + statement.name.length);
  if (text === 'pop') {
    if (!unit.popOptions()) unit.error('option', "'.option pop' without .option push", statement.start, end);
    return;
  }
  const changes = architectureChanges(text);
  if (changes !== undefined) {
    const architecture = changeArchitecture(unit.options.architecture, changes);
    if (typeof architecture !== 'string') unit.setArchitecture(architecture);
    else unit.error('option', architecture, statement.operandsStart, end);
    return;
  }
  const apply = simpleOptions[text];
  if (apply) apply(unit);
  else {
    const names = [...Object.keys(simpleOptions), 'pop', 'arch'].join(', ');
    unit.warning('option', `unknown option '${text}'; these are: ${names}`, statement.operandsStart, end);
  }
};

const attribute: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const tag = attributeTag(reader);
  if (tag === undefined || !reader.requireComma('a value')) return;
  // Odd tags have texts, even ones numbers (psABI).
  const isText = tag % 2 === 1;
  const text = isText ? reader.text() : undefined;
  const number = isText ? undefined : attributeValue(reader);
  if (!text && number === undefined) return;
  reader.finish();
  if (unit.attributes.started && unit.attributes.isEarly(tag)) {
    const message = `'.attribute' must set this before the first instruction`;
    unit.error('attribute', message, statement.start, statement.end);
    return;
  }
  if (tag !== ArchitectureTag) {
    unit.attributes.values.set(tag, text?.text ?? number!);
    return;
  }
  const architecture = wholeArchitecture(unit.options.architecture, text!.text);
  if (typeof architecture === 'string') unit.error('march', architecture, text!.start, text!.end);
  else unit.setArchitecture(architecture);
};

/** What `.attribute arch` says: no changes, but all. */
function wholeArchitecture(current: Architecture, text: string): Architecture | string {
  return /^[+-]/.test(text) ? `'${text}' is not of the form rv64imac_zicsr` : changeArchitecture(current, text);
}

/** A tag by name (`arch`, `Tag_RISCV_arch`) or number. */
function attributeTag(reader: OperandReader): number | undefined {
  const { unit } = reader;
  if (reader.lexer.kind !== TokenKind.Name) {
    return attributeTagNumber(reader);
  }
  const word = reader.symbol()!;
  const name = word.text.replace(/^Tag_RISCV_/, '');
  if (Object.hasOwn(attributeTags, name)) return attributeTags[name];
  const names = Object.keys(attributeTags);
  const message = `'${word.text}' is no attribute; these are: ${names.join(', ')}`;
  unit.error('attribute', message, word.start, word.end, nearest(name, names));
  return undefined;
}

export const riscvDirectives: readonly Directive[] = [
  ...directives(
    '.option',
    'rvc|norvc|relax|norelax|pic|nopic|push|pop|arch, ...',
    'Changes how instructions are made',
    option,
  ),
  ...directives('.attribute', 'tag, value', 'Notes a property of the object file', attribute),
];
