import type { LinkSettings } from '../settings';
import { parseScript } from './parser';
import type { LinkerScript } from './syntax';

/** Debugging information, in ld's order; some of it has sections of several names. */
const debugSections = [
  '.debug',
  '.line',
  '.debug_srcinfo',
  '.debug_sfnames',
  '.debug_aranges',
  '.debug_pubnames',
  '.debug_info .gnu.linkonce.wi.*',
  '.debug_abbrev',
  '.debug_line .debug_line.* .debug_line_end',
  '.debug_frame',
  '.debug_str',
  '.debug_loc',
  '.debug_macinfo',
  '.debug_weaknames',
  '.debug_funcnames',
  '.debug_typenames',
  '.debug_varnames',
  '.debug_pubtypes',
  '.debug_ranges',
  '.debug_addr',
  '.debug_line_str',
  '.debug_loclists',
  '.debug_macro',
  '.debug_names',
  '.debug_rnglists',
  '.debug_str_offsets',
  '.debug_sup',
];

/** A section that is not in memory. */
const aside = (names: string): string => `${names.split(' ')[0]} 0 : { *(${names}) }`;

/**
 * The layout of a program for which no script is given: that of GNU ld (scripttempl/elf.sc), beginning with the code,
 * which `SEGMENT_START` puts where the layout says.
 *
 * @param data where the data begins, and what it ends with
 */
const textWith = (data: { readonly start: string; readonly readOnlyEnd: string; readonly end: string }): string => `
ENTRY(_start)
SECTIONS
{
  . = SEGMENT_START("text-segment", 0x80200000);
  PROVIDE (__executable_start = .);
  .text :
  {
    *(.text.unlikely .text.*_unlikely .text.unlikely.*)
    *(.text.exit .text.exit.*)
    *(.text.startup .text.startup.*)
    *(.text.hot .text.hot.*)
    *(SORT(.text.sorted.*))
    *(.text .stub .text.* .gnu.linkonce.t.*)
  }
  .init : { KEEP (*(SORT_NONE(.init))) }
  .fini : { KEEP (*(SORT_NONE(.fini))) }
  PROVIDE (__etext = .);
  PROVIDE (_etext = .);
  PROVIDE (etext = .);
  .rodata : { *(.rodata .rodata.* .gnu.linkonce.r.*) }
  .rodata1 : { *(.rodata1) }
  .sdata2 : { *(.sdata2 .sdata2.* .gnu.linkonce.s2.*) }
  .sbss2 : { *(.sbss2 .sbss2.* .gnu.linkonce.sb2.*) }
  .eh_frame_hdr : { *(.eh_frame_hdr) *(.eh_frame_entry .eh_frame_entry.*) }
  .eh_frame : ONLY_IF_RO { KEEP (*(.eh_frame)) *(.eh_frame.*) }
  .gcc_except_table : ONLY_IF_RO { *(.gcc_except_table .gcc_except_table.*) }
  ${data.start}
  .eh_frame : ONLY_IF_RW { KEEP (*(.eh_frame)) *(.eh_frame.*) }
  .gcc_except_table : ONLY_IF_RW { *(.gcc_except_table .gcc_except_table.*) }
  .tdata :
  {
    PROVIDE_HIDDEN (__tdata_start = .);
    *(.tdata .tdata.* .gnu.linkonce.td.*)
  }
  .tbss : { *(.tbss .tbss.* .gnu.linkonce.tb.*) *(.tcommon) }
  .preinit_array :
  {
    PROVIDE_HIDDEN (__preinit_array_start = .);
    KEEP (*(.preinit_array))
    PROVIDE_HIDDEN (__preinit_array_end = .);
  }
  .init_array :
  {
    PROVIDE_HIDDEN (__init_array_start = .);
    KEEP (*(SORT_BY_INIT_PRIORITY(.init_array.*) SORT_BY_INIT_PRIORITY(.ctors.*)))
    KEEP (*(.init_array EXCLUDE_FILE (*crtbegin.o *crtbegin?.o *crtend.o *crtend?.o) .ctors))
    PROVIDE_HIDDEN (__init_array_end = .);
  }
  .fini_array :
  {
    PROVIDE_HIDDEN (__fini_array_start = .);
    KEEP (*(SORT_BY_INIT_PRIORITY(.fini_array.*) SORT_BY_INIT_PRIORITY(.dtors.*)))
    KEEP (*(.fini_array EXCLUDE_FILE (*crtbegin.o *crtbegin?.o *crtend.o *crtend?.o) .dtors))
    PROVIDE_HIDDEN (__fini_array_end = .);
  }
  .ctors :
  {
    KEEP (*(EXCLUDE_FILE (*crtend.o *crtend?.o) .ctors))
    KEEP (*(SORT(.ctors.*)))
    KEEP (*(.ctors))
  }
  .dtors :
  {
    KEEP (*(EXCLUDE_FILE (*crtend.o *crtend?.o) .dtors))
    KEEP (*(SORT(.dtors.*)))
    KEEP (*(.dtors))
  }
  .data.rel.ro :
  {
    *(.data.rel.ro.local* .gnu.linkonce.d.rel.ro.local.*)
    *(.data.rel.ro .data.rel.ro.* .gnu.linkonce.d.rel.ro.*)
  }
  ${data.readOnlyEnd}
  .data :
  {
    __DATA_BEGIN__ = .;
    *(.data .data.* .gnu.linkonce.d.*)
  }
  .data1 : { *(.data1) }
  .got : { *(.got.plt) *(.igot.plt) *(.got) *(.igot) }
  .sdata :
  {
    __SDATA_BEGIN__ = .;
    *(.srodata.cst16) *(.srodata.cst8) *(.srodata.cst4) *(.srodata.cst2) *(.srodata .srodata.*)
    *(.sdata .sdata.* .gnu.linkonce.s.*)
  }
  _edata = .;
  PROVIDE (edata = .);
  . = .;
  __bss_start = .;
  .sbss : { *(.dynsbss) *(.sbss .sbss.* .gnu.linkonce.sb.*) *(.scommon) }
  .bss :
  {
    *(.dynbss)
    *(.bss .bss.* .gnu.linkonce.b.*)
    *(COMMON)
    . = ALIGN(. != 0 ? 64 / 8 : 1);
  }
  . = ALIGN(64 / 8);
  . = SEGMENT_START("ldata-segment", .);
  . = ALIGN(64 / 8);
  __BSS_END__ = .;
  __global_pointer$ = MIN(__SDATA_BEGIN__ + 0x800, MAX(__DATA_BEGIN__ + 0x800, __BSS_END__ - 0x800));
  _end = .;
  PROVIDE (end = .);
  ${data.end}
  ${['.stab', '.stabstr', '.stab.excl', '.stab.exclstr', '.stab.index', '.stab.indexstr', '.comment'].map(aside).join('\n  ')}
  .gnu.build.attributes : { *(.gnu.build.attributes .gnu.build.attributes.*) }
  ${debugSections.map(aside).join('\n  ')}
  .gnu.attributes 0 : { KEEP (*(.gnu.attributes)) }
  /DISCARD/ : { *(.note.GNU-stack) *(.gnu_debuglink) *(.gnu.lto_*) }
}
`;

/** Data on pages of its own. */
const paged = {
  start: '. = SEGMENT_START("data-segment", DATA_SEGMENT_ALIGN (CONSTANT (MAXPAGESIZE), CONSTANT (COMMONPAGESIZE)));',
  readOnlyEnd: '. = DATA_SEGMENT_RELRO_END (0, .);',
  end: '. = DATA_SEGMENT_END (.);',
};

/** With `-N` code and data are one piece. */
const together = { start: '. = .;', readOnlyEnd: '', end: '' };

const scripts = new Map<LinkSettings['paging'], LinkerScript>();

export function defaultScript(paging: LinkSettings['paging']): LinkerScript {
  let script = scripts.get(paging);
  if (!script) {
    script = parseScript('the default linker script', textWith(paging === 'writable' ? together : paged)).script;
    scripts.set(paging, script);
  }
  return script;
}
