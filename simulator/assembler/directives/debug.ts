import { type Directive, directives, type Run } from './directive';

/** Debug information of compilers: taken without effect, since lines are known from the sources themselves. */
const ignored: Run = () => {};

const names = {
  'Line information of a compiler': '.file .loc .loc_mark_labels .line .ln .stabs .stabn .stabd .appfile .appline',
  'Call frame information': [
    '.cfi_sections .cfi_startproc .cfi_endproc .cfi_personality .cfi_personality_id .cfi_lsda .cfi_def_cfa',
    '.cfi_def_cfa_register .cfi_def_cfa_offset .cfi_adjust_cfa_offset .cfi_offset .cfi_rel_offset .cfi_register',
    '.cfi_restore .cfi_undefined .cfi_same_value .cfi_remember_state .cfi_restore_state .cfi_return_column',
    '.cfi_signal_frame .cfi_window_save .cfi_escape .cfi_val_encoded_addr .cfi_label .cfi_inline_lsda .cfi_val_offset',
  ].join(' '),
  'A note for the object file':
    '.ident .version .symver .gnu_attribute .addrsig .addrsig_sym .vtable_entry .vtable_inherit .tls_common',
  'Layout of a printed listing': '.title .sbttl .list .nolist .psize .eject .lflags .print',
  'No effect': '.func .endfunc .noaltmacro',
} as const;

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

export const debugDirectives: readonly Directive[] = [
  ...Object.entries(names).flatMap(([summary, list]) => directives(list, '...', summary, ignored)),
  refused('.altmacro', 'macros take their arguments in the usual way only'),
  refused('.reloc', 'relocations come from expressions'),
  refused('.struct', 'offsets can be set with .equ'),
  refused('.bundle_align_mode', 'RISC-V has no instruction bundles'),
  refused('.bundle_lock', 'RISC-V has no instruction bundles'),
  refused('.bundle_unlock', 'RISC-V has no instruction bundles'),
];
