import { RelocationType } from '../../../object/elf/relocatable';
import { nearest } from '../../source/diagnostic';
import { constant, isConstant } from '../../unit/evaluation';
import { type Directive, directives, OperandReader, type Run } from './directive';

const R = RelocationType;

/** Relocations by their names in the psABI, without `R_RISCV_`. */
const names: Readonly<Record<string, number>> = {
  NONE: R.None,
  32: R.Absolute32,
  64: R.Absolute64,
  BRANCH: R.Branch,
  JAL: R.Jal,
  CALL: R.Call,
  CALL_PLT: R.CallPlt,
  GOT_HI20: R.GotHigh20,
  TLS_GOT_HI20: R.TlsGotHigh20,
  TLS_GD_HI20: R.TlsGlobalDynamicHigh20,
  TLS_DTPREL32: R.TlsDtpRelative32,
  TLS_DTPREL64: R.TlsDtpRelative64,
  PCREL_HI20: R.PcrelHigh20,
  PCREL_LO12_I: R.PcrelLow12I,
  PCREL_LO12_S: R.PcrelLow12S,
  HI20: R.High20,
  LO12_I: R.Low12I,
  LO12_S: R.Low12S,
  TPREL_HI20: R.TprelHigh20,
  TPREL_LO12_I: R.TprelLow12I,
  TPREL_LO12_S: R.TprelLow12S,
  TPREL_ADD: R.TprelAdd,
  ADD8: R.Add8,
  ADD16: R.Add16,
  ADD32: R.Add32,
  ADD64: R.Add64,
  SUB6: R.Sub6,
  SUB8: R.Sub8,
  SUB16: R.Sub16,
  SUB32: R.Sub32,
  SUB64: R.Sub64,
  ALIGN: R.Align,
  RVC_BRANCH: R.RvcBranch,
  RVC_JUMP: R.RvcJump,
  RELAX: R.Relax,
  SET6: R.Set6,
  SET8: R.Set8,
  SET16: R.Set16,
  SET32: R.Set32,
  '32_PCREL': R.Pcrel32,
};

/** BFD's names, which every target has. */
const genericNames: Readonly<Record<string, number>> = { NONE: R.None, 32: R.Absolute32, 64: R.Absolute64 };

/** `.reloc offset, name[, expression]`: asks the linker for a relocation at an offset of the section, or at a symbol. */
const relocation: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const offset = reader.bound('an offset');
  if (!offset) return;
  if (offset.value.kind !== 'linear' || offset.value.subtract) {
    const message = 'the offset of .reloc is a number, or a symbol plus or minus one';
    unit.error('relocation', message, offset.start, offset.end);
    return;
  }
  if (!reader.requireComma('the name of a relocation')) return;
  const word = reader.symbol('the name of a relocation');
  if (!word) return;
  const generic = /^BFD_RELOC_/i.test(word.text);
  const table = generic ? genericNames : names;
  const name = word.text.toUpperCase().replace(/^(R_RISCV|BFD_RELOC)_/, '');
  const known = generic || /^R_RISCV_/i.test(word.text);
  if (!known || !Object.hasOwn(table, name)) {
    const suggestions = nearest(
      word.text,
      Object.keys(names).map((text) => `R_RISCV_${text}`),
    );
    unit.error('relocation', `there is no relocation '${word.text}'`, word.start, word.end, suggestions);
    return;
  }
  const value = reader.comma()
    ? reader.bound('an expression')
    : { value: constant(0), start: word.start, end: word.end };
  reader.finish();
  if (!value) return;
  const span = unit.span(statement.start, statement.end);
  unit.requests.push({ section: unit.section, offset: offset.value, type: table[name]!, value: value.value, span });
};

/** `.dtprelword symbol`: where a thread-local symbol lies in its module's block, for debuggers. */
function threadRelative(size: 4 | 8): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const value = reader.bound('a thread-local symbol');
    if (!value) return;
    reader.finish();
    if (isConstant(value.value)) {
      unit.error('expression', `'${statement.name}' takes a symbol`, value.start, value.end);
      return;
    }
    const type = size === 4 ? R.TlsDtpRelative32 : R.TlsDtpRelative64;
    unit.fixup(unit.section.length, { relocation: type }, value.value, value.start, value.end);
    unit.section.appendInteger(0, size);
  };
}

export const relocationDirectives: readonly Directive[] = [
  ...directives('.reloc', 'offset, name[, expression]', 'Asks the linker for a relocation', relocation),
  ...directives('.dtprelword', 'symbol', 'Offset of a thread-local symbol, of 4 bytes', threadRelative(4)),
  ...directives('.dtpreldword', 'symbol', 'Offset of a thread-local symbol, of 8 bytes', threadRelative(8)),
];
