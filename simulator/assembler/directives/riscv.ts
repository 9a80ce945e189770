import { architectureOf, changeArchitecture } from '../architecture';
import { TokenKind } from '../lexer';
import type { Unit } from '../unit';
import { type Directive, directives, OperandReader, type Run } from './directive';

const simpleOptions: Readonly<Record<string, (unit: Unit) => void>> = {
  rvc: (unit) => changeCompression(unit, '+c'),
  norvc: (unit) => changeCompression(unit, '-c'),
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

function changeCompression(unit: Unit, change: string): void {
  const architecture = changeArchitecture(unit.options.architecture, change)!;
  unit.options = { ...unit.options, architecture };
}

const option: Run = (unit, statement) => {
  const text = statement.operandText;
  const end = Math.max(statement.end, statement.start + statement.name.length);
  if (text === 'pop') {
    if (!unit.popOptions()) unit.error('option', "'.option pop' without .option push", statement.start, end);
    return;
  }
  const arch = /^arch\s*,\s*(.*)$/.exec(text);
  if (arch) {
    let { architecture } = unit.options;
    for (const change of arch[1]!.split(',')) {
      const changed = changeArchitecture(architecture, change.trim());
      if (changed) architecture = changed;
      else
        unit.error(
          'option',
          `'${change.trim()}' is no extension: '+c', '-c' or 'rv64imac' can stand here`,
          statement.operandsStart,
          end,
        );
    }
    unit.options = { ...unit.options, architecture };
    return;
  }
  const apply = simpleOptions[text];
  if (apply) apply(unit);
  else {
    const names = [...Object.keys(simpleOptions), 'pop', 'arch'].join(', ');
    unit.warning('option', `unknown option '${text}'; these are: ${names}`, statement.operandsStart, end);
  }
};

const attributeNames: ReadonlySet<string> = new Set([
  'arch',
  'stack_align',
  'unaligned_access',
  'priv_spec',
  'priv_spec_minor',
  'priv_spec_revision',
]);

const attribute: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const tag = reader.expression();
  if (!reader.requireComma('a value')) return;
  const isText = reader.lexer.kind === TokenKind.String;
  const text = isText ? reader.text() : undefined;
  if (!isText) reader.expression();
  reader.finish();
  if (tag.kind === 'symbol' && !attributeNames.has(tag.name.toLowerCase().replace(/^tag_riscv_/, ''))) {
    const names = [...attributeNames].join(', ');
    unit.error('attribute', `'${tag.name}' is no attribute; these are: ${names}`, tag.start, tag.end);
    return;
  }
  if (tag.kind !== 'symbol' || !/^(tag_riscv_)?arch$/i.test(tag.name) || !text) return;
  const { architecture, problem } = architectureOf(text.text);
  if (problem) unit.error('march', problem, text.start, text.end);
  else unit.options = { ...unit.options, architecture };
};

export const riscvDirectives: readonly Directive[] = [
  ...directives(
    '.option',
    'rvc|norvc|relax|norelax|pic|nopic|push|pop|arch, ...',
    'Changes how instructions are made',
    option,
  ),
  ...directives('.attribute', 'tag, value', 'Notes a property of the object file', attribute),
];
