import type { Next } from '../support/random';

/**
 * Sources of the objects that random scripts link, by the name of the object: sections of all kinds, and what refers to them.
 * What is loaded refers to nothing that no object defines: GNU ld would make relocations for a dynamic linker then, drop them,
 * and put other sections where those were.
 */
export const scriptedSources: Readonly<Record<string, string>> = {
  'a.o': ` .globl _start, far
_start: la a0, value
 call helper
 j .
 .section .text.cold,"ax"
far: ret
 .data
 .globl value
value: .dword 1, other
 .weak __start_table, __stop_table, .sizeof.table
 .section references
 .dword __start_table, __stop_table, .sizeof.table, common
 .section .rodata.str1.8,"aMS",@progbits,1
 .string "one"
 .string "two"
 .section table,"aw"
 .dword 3
 .comm common, 24, 16
`,
  'b.o': ` .globl helper, unused
 .section .text.helper,"ax"
helper: ret
 .section .text.unused,"ax"
unused: la a0, spare
 ret
 .bss
spare: .skip 24
 .section .sbss,"aw",@nobits
 .globl little
little: .skip 4
 .section .sdata,"aw"
 .word 5
 .section .init_array.00100,"aw",@init_array
 .dword helper
 .section .init_array,"aw",@init_array
 .dword unused
`,
  'c.o': ` .section .rodata.str1.8,"aMS",@progbits,1
 .string "two"
 .string "three"
 .section .rodata.cst8,"aM",@progbits,8
 .dword 7, 8, 7
 .section .rodata,"a"
 .globl other
other: .word 9
 .balign 16
 .word 1
 .section .init_array.00020,"aw",@init_array
 .dword other
 .section table,"aw"
 .dword 4
 .section .data.aligned,"aw"
 .balign 64
 .byte 1
 .section .text.b,"ax"
 .globl second
second: call unused
 .byte 1
`,
  'd.o': ` .globl thread, size
 .section .tdata,"awT"
 .word 1
thread: .word 2
 .section .tbss,"awT",@nobits
 .skip 12
 .section .tail,"a"
 .byte 3
 .section .kept,"awR"
 .half 4
 .section .note.own,"a",@note
 .word 4, 4, 1, 0, 5
 .section .text.a,"ax"
 add a0, a0, tp, %tprel_add(thread)
 .section .notes,"",@note
 .word 1
 .section .comment,"MS",@progbits,1
 .string "made by hand"
 size = 0x5000
`,
  'e.o': ` .section .text.same,"axG",@progbits,same,comdat
 .globl same
same: ret
 .text
 call same
 .section .zero,"aw",@nobits
 .skip 40
 .section .mixed,"awx"
 .word 6
 .section .odd,"ax"
 .byte 1, 2, 3
 .data
 .balign 32
 .byte 8
 .bss
 .balign 32
 .skip 1
`,
  'f.o': ` .section .text.same,"axG",@progbits,same,comdat
 .globl same
same: ret
 .text
 .cfi_startproc
 addi sp, sp, -16
 .cfi_def_cfa_offset 16
 call same
 .cfi_endproc
 .section .data.rel.ro,"aw"
 .dword same
 .section .text.z,"ax"
 .balign 8
 nop
 .section .debug_note,""
 .word 1
`,
};

/** Objects that are linked as members of an archive. */
export const archiveName = 'libmore.a';
export const archived: readonly string[] = ['e.o', 'f.o'];

/** A link at random: the words of its options and files, and its script. */
export interface RandomScript {
  readonly words: readonly string[];
  readonly script: string;
}

const inputNames = [
  '.text',
  '.text*',
  '.text.*',
  '.text .text.*',
  '.rodata .rodata.*',
  '.rodata*',
  '.data .data.*',
  '.data',
  '.bss',
  '.bss COMMON',
  '.sdata .sbss',
  '.tdata',
  '.tbss',
  'table',
  '.init_array .init_array.*',
  '.zero',
  '.mixed .odd',
  '.tail',
  '.kept',
  '.note.own',
  '.[st]*',
  '.?data',
];
const outputNames = [
  '.text',
  '.rodata',
  '.data',
  '.bss',
  '.init',
  '.fast',
  '.tdata',
  '.tbss',
  '.note.own',
  'table',
  '.init_array',
  '.empty',
  '.stack',
  '.zero',
  '.eh_frame',
];
const objectSymbols = ['_start', 'value', 'other', 'helper', 'unused', 'size', 'far', 'common', 'second', 'missing'];

/** A linker script of everything that scripts have, and a link that uses it. Most of them are right. */
export function randomScript(next: Next): RandomScript {
  return new Writer(next).result();
}

class Writer {
  readonly #lines: string[] = [];
  readonly #symbols: string[] = [];
  readonly #outputs: string[] = [];
  #regions: string[] = [];
  #headers: string[] = [];
  readonly #base: number;
  readonly #statesHeaders: boolean;
  #holdsHeaders = false;

  constructor(readonly next: Next) {
    this.#statesHeaders = next(3) === 0;
    // One stated segment from 0 up to there would make a file of gigabytes.
    this.#base = this.#pick([0, 0x1000, 0x10000, this.#statesHeaders ? 0 : 0x8020_0000, 0x1234]);
  }

  result(): RandomScript {
    const { next } = this;
    const files = Object.keys(scriptedSources).filter(
      (name) => !archived.includes(name) && (name !== 'd.o' || next(4) > 0),
    );
    const archive = next(3) > 0;
    const inputs = archive
      ? [...files, ...(next(2) ? ['--whole-archive', archiveName, '--no-whole-archive'] : [archiveName])]
      : [...files, ...archived.filter(() => next(2))];
    const words = [...this.#options(), ...inputs, '--defsym=helper_=1'];
    if (next(4)) this.#lines.push(`ENTRY(${next(4) ? '_start' : 'far'})`);
    if (next(8) === 0) this.#lines.push('EXTERN(unused wanted)');
    if (next(3) === 0) this.#memory();
    if (this.#statesHeaders) this.#programHeaders();
    for (let count = next(3); count > 0; count--) this.#lines.push(this.#assignment(1));
    this.#lines.push('SECTIONS {');
    this.#sections();
    this.#lines.push('}');
    if (next(3) === 0) this.#lines.push(this.#assignment(2));
    if (next(6) === 0) this.#lines.push(`ASSERT((${this.#expression(2)}) || 1, "never said")`);
    if (next(12) === 0)
      words.push(`--section-start=${this.#pick(this.#outputs)}=0x${(this.#base + 0x40000).toString(16)}`);
    return { words, script: `${this.#lines.join('\n')}\n` };
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.next(list.length)]!;
  }

  #some<T>(list: readonly T[], otherwise: T): T {
    return list.length > 0 ? this.#pick(list) : otherwise;
  }

  #options(): string[] {
    const { next } = this;
    const words: string[] = [];
    if (next(3) === 0) words.push('--gc-sections');
    if (next(6) === 0) words.push('-u', this.#pick(objectSymbols.slice(0, 6)));
    if (next(10) === 0) words.push('-n');
    if (next(10) === 0) words.push('-N');
    if (next(8) === 0) words.push('-z', `max-page-size=${this.#pick(['4096', '65536', '0x200000'])}`);
    if (next(8) === 0) words.push('-z', this.#pick(['noexecstack', 'execstack', 'norelro']));
    if (next(12) === 0) words.push(this.#pick(['-s', '-S']));
    return words;
  }

  #memory(): void {
    const { next } = this;
    const attributes = (): string =>
      next(2) ? '' : this.#pick([' (rx)', ' (rwx)', ' (w!x)', ' (!rw)', ' (a)', ' (rxai!w)']);
    const length = (): string => this.#pick(['64K', '1M', '0x10000', '2 * 64K', 'LENGTH_OF + 0x8000']);
    const [rom, ram] = [`rom${attributes()} : ORIGIN = `, `ram${attributes()} : ORIGIN = `];
    this.#lines.unshift('LENGTH_OF = 0x8000;');
    this.#lines.push('MEMORY {', `${rom}0x${this.#base.toString(16)}, LENGTH = ${length()}`);
    const second = next(3) ? `0x${(this.#base + 0x100000).toString(16)}` : 'ORIGIN(rom) + LENGTH(rom) * 2';
    this.#lines.push(`${ram}${second}, ${this.#pick(['LENGTH', 'len', 'l'])} = ${length()}`, '}');
    this.#regions = ['rom', 'ram'];
    if (next(3) === 0) {
      this.#lines.push('REGION_ALIAS("flash", rom)');
      this.#regions.push('flash');
    }
  }

  #programHeaders(): void {
    const { next } = this;
    this.#headers = ['code', 'data'];
    const lines = ['PHDRS {'];
    if (next(3) === 0) lines.push('table PT_PHDR PHDRS;');
    this.#holdsHeaders = lines.length > 1 || next(3) === 0;
    const holds = this.#holdsHeaders ? ` ${next(3) ? 'FILEHDR ' : ''}PHDRS` : '';
    lines.push(`code PT_LOAD${holds}${this.#headerRest()};`, `data PT_LOAD${this.#headerRest()};`);
    if (next(3) === 0) {
      lines.push(`extra ${this.#pick(['PT_LOAD', 'PT_LOAD', 'PT_NULL'])}${this.#headerRest()};`);
      this.#headers.push('extra');
    }
    if (next(4) === 0) lines.push('stack PT_GNU_STACK FLAGS(6);');
    this.#lines.push(...lines, '}');
  }

  #headerRest(): string {
    const { next } = this;
    const address =
      this.#holdsHeaders || next(8) ? '' : ` AT(0x${(this.#base + this.#pick([0x1000, 0x80000])).toString(16)})`;
    return `${address}${next(3) ? '' : ` FLAGS(${this.#pick(['4', '5', '6', '7', '4 | 1'])})`}`;
  }

  #sections(): void {
    const { next } = this;
    if (this.#regions.length === 0 || this.#holdsHeaders || next(4) === 0) {
      const start = `0x${this.#base.toString(16)}`;
      this.#lines.push(`. = ${start}${next(3) === 0 ? ' + SIZEOF_HEADERS' : ''};`);
    }
    const names = outputNames.filter((name) => next(name === '.text' ? 12 : 2));
    for (const name of names) {
      for (let count = next(3); count > 0; count--) this.#between();
      this.#output(name);
    }
    if (next(5) === 0) this.#lines.push(`/DISCARD/ : { ${this.#input()} }`);
    for (let count = next(3); count > 0; count--) this.#between();
  }

  #between(): void {
    const { next } = this;
    switch (next(8)) {
      case 0:
        this.#lines.push(`. = ALIGN(${this.#pick(['4', '16', '64', '0x1000', 'CONSTANT(MAXPAGESIZE)'])});`);
        break;
      case 1:
        this.#lines.push(this.#pick(['. += 64;', '. = . + 0x100;', '. = ALIGN(. , 32) + 8;', '. = . + (1K << 2);']));
        break;
      case 2:
        this.#lines.push(`ASSERT((${this.#expression(1)}) || 1, "never said")`);
        break;
      default:
        this.#lines.push(this.#assignment(2));
    }
  }

  #assignment(depth: number): string {
    const { next } = this;
    const name = next(6)
      ? `s${this.#symbols.length}`
      : this.#pick(['missing', 'end', '_end', 'wanted', 'helper_', 'little']);
    const value = this.#expression(depth);
    if (next(8) === 0 && this.#symbols.length > 0)
      return `${this.#pick(this.#symbols)} ${this.#pick(['+=', '-=', '*=', '|=', '&=', '<<='])} 2;`;
    const wrapper = next(5) ? undefined : this.#pick(['PROVIDE', 'PROVIDE_HIDDEN', 'HIDDEN']);
    // Only what is defined in any case is used elsewhere, or the link would fail.
    if ((!wrapper || wrapper === 'HIDDEN') && !/^(missing|wanted|little)$/.test(name)) this.#symbols.push(name);
    return wrapper ? `${wrapper}(${name} = ${value});` : `${name} = ${value};`;
  }

  #output(name: string): void {
    const { next } = this;
    this.#outputs.push(name);
    let header = name;
    if (next(10) === 0) header += ` . + 0x${this.#pick([0x10, 0x400, 0x1000]).toString(16)}`;
    else if (next(14) === 0) header += ` ALIGN(${this.#pick([8, 64, 256])})`;
    if (next(10) === 0 && !/eh_frame|array|note|table/.test(name))
      header += ` (${this.#pick(['NOLOAD', 'NOLOAD', 'READONLY', 'COPY', 'INFO', 'TYPE = SHT_PROGBITS', 'READONLY (TYPE = SHT_NOTE)', 'TYPE = SHT_NOBITS', 'TYPE = 0x70000010'])})`;
    header += ' :';
    if (next(10) === 0)
      header += ` AT(${this.#pick([`0x${(this.#base + 0x200000).toString(16)}`, `ADDR(${name}) + 0x10000`, 'ALIGN(0x1000)', 's_load'])})`;
    if (next(8) === 0) header += ` ALIGN(${this.#pick([2, 8, 32, 128])})`;
    else if (next(16) === 0) header += ' ALIGN_WITH_INPUT';
    if (next(14) === 0) header += ` SUBALIGN(${this.#pick([1, 2, 16, 64])})`;
    const isConditional = next(16) === 0;
    if (isConditional) header += this.#pick([' ONLY_IF_RO', ' ONLY_IF_RW']);
    if (header.includes('s_load')) this.#lines.push('s_load = 0x9000000;');
    const body: string[] = [];
    if (name !== '.empty') body.push(this.#ownInput(name));
    // GNU ld fills what stands between other contents and unwind tables with whatever its memory has.
    for (let count = name === '.eh_frame' || isConditional ? 0 : next(4); count > 0; count--)
      body.splice(next(body.length + 1), 0, this.#statement());
    let rest = '';
    if (this.#regions.length > 0 && next(4)) {
      rest += ` >${this.#pick(this.#regions)}`;
      // Both would be refused.
      if (next(3) === 0 && !header.includes(' AT(')) rest += ` AT>${this.#pick(this.#regions)}`;
    }
    if (this.#headers.length > 0 && (next(2) || this.#outputs.length === 1)) {
      rest += ` :${next(8) ? this.#pick(this.#headers) : 'NONE'}`;
    }
    if (next(6) === 0)
      rest += ` =${this.#pick(['0', '0x90', '0xABCD', '0x123', '0x00112233445566', '1 + 2', '(0xAA)', '0x10001K'])}`;
    this.#lines.push(`${header} {`, ...body.map((line) => `  ${line}`), `}${rest}`);
  }

  /** What a section of this name would hold in most scripts. */
  #ownInput(name: string): string {
    const { next } = this;
    if (name !== '.eh_frame' && next(6) === 0) return this.#input();
    const usual: Readonly<Record<string, string>> = {
      '.text': '.text .text.*',
      '.rodata': '.rodata .rodata.*',
      '.data': '.data .data.*',
      '.bss': '.bss COMMON',
      '.init': '.text',
      '.fast': '.text.h*',
      '.stack': '.stack',
      '.init_array': '.init_array .init_array.*',
    };
    return this.#input(usual[name] ?? name);
  }

  #input(names: string = this.#pick(inputNames)): string {
    const { next } = this;
    let files = next(3)
      ? '*'
      : this.#pick(['a.o', '*b.o', '[cd].o', `*${archiveName}:*`, `*${archiveName}:e.o`, '*.o', '?.o']);
    if (next(10) === 0)
      files = `EXCLUDE_FILE(${this.#pick(['a.o', '*b.o *c.o', `*${archiveName}:f.o`, '*.a'])}) ${files}`;
    let sections = names
      .split(' ')
      .map((name) => (next(6) ? name : this.#sorted(name)))
      .join(' ');
    if (next(14) === 0 && !/SORT|EXCL/.test(sections))
      sections = `EXCLUDE_FILE(${this.#pick(['a.o', '*c.o', '*more.a:*'])}) ${sections}`;
    // GNU ld gives up at files that are sorted where sections of one file are not.
    if (next(14) === 0 && !files.includes('EXCLUDE')) {
      files = `SORT(${files})`;
      sections = `SORT(${names.split(' ')[0]})`;
    }
    let text = `${files}(${sections})`;
    if (next(20) === 0 && !sections.includes('COMMON'))
      text = `INPUT_SECTION_FLAGS(${this.#pick(['SHF_EXECINSTR', 'SHF_ALLOC & !SHF_WRITE', 'SHF_WRITE', 'SHF_MERGE & SHF_STRINGS'])}) ${text}`;
    return next(5) || text.includes('eh_frame') ? text : `KEEP(${text})`;
  }

  #sorted(name: string): string {
    const word = this.#pick(['SORT', 'SORT_BY_NAME', 'SORT_BY_ALIGNMENT', 'SORT_BY_INIT_PRIORITY', 'SORT_NONE']);
    if (this.next(4) === 0) {
      const [outer, inner] = this.#pick([
        ['SORT_BY_NAME', 'SORT_BY_ALIGNMENT'],
        ['SORT_BY_ALIGNMENT', 'SORT_BY_NAME'],
        ['SORT_BY_NAME', 'SORT_BY_NAME'],
        ['SORT_BY_ALIGNMENT', 'SORT_BY_ALIGNMENT'],
      ]);
      return `${outer}(${inner}(${name}))`;
    }
    if (this.next(8) === 0) return `${word}(EXCLUDE_FILE(b.o) ${name})`;
    return `${word}(${name})`;
  }

  #statement(): string {
    const { next } = this;
    switch (next(12)) {
      case 0:
        return `. = ALIGN(${this.#pick(['2', '4', '8', '16', '64', '. != 0 ? 32 : 1'])});`;
      case 1:
        return this.#pick(['. += 8;', '. = . + 3;', '. += 0x40;', '. = 0x180;', '. = . + 0;', '. = ALIGN(0x80) + 4;']);
      case 2:
        return `${this.#pick(['BYTE', 'SHORT', 'LONG', 'QUAD', 'SQUAD'])}(${this.#expression(1)})`;
      case 3:
        return `FILL(${this.#pick(['0', '0xFF', '0xDEADBEEF', '0x123', '7', '1 + 1', '0x1122334455'])})${next(2) ? ';' : ''}`;
      case 4:
        return this.#input();
      case 5:
        return `ASSERT((${this.#expression(1)}) || 1, "never said");`;
      case 6:
        return this.#input();
      default:
        return this.#assignment(2);
    }
  }

  #expression(depth: number): string {
    const { next } = this;
    if (depth === 0 || next(4) === 0) {
      switch (next(6)) {
        case 0:
          return this.#pick(['0', '1', '0x100', '4K', '0xffffffffffffffff', '077', '10', '$1F', '1M']);
        case 1:
        case 2:
          return '.';
        case 3:
          return this.#pick(objectSymbols.slice(0, 2));
        default:
          return this.#some(this.#symbols, '0x20');
      }
    }
    const inner = (): string => this.#expression(depth - 1);
    switch (next(12)) {
      case 0:
      case 1:
        return `${this.#pick(['ADDR', 'LOADADDR', 'SIZEOF', 'ALIGNOF'])}(${this.#some(this.#outputs, '.text')})`;
      case 2:
        return `DEFINED(${this.#pick([...objectSymbols, ...this.#symbols, 's99'])}) ? ${inner()} : ${inner()}`;
      case 3:
        return `${this.#pick(['MAX', 'MIN'])}(${inner()}, ${inner()})`;
      case 4:
        return next(2)
          ? `ALIGN(${this.#pick(['4', '64', '0x1000'])})`
          : `ALIGN(${inner()}, ${this.#pick(['8', '256'])})`;
      case 5:
        return `ABSOLUTE(${inner()})`;
      case 6:
        return this.#pick([
          'CONSTANT(MAXPAGESIZE)',
          'CONSTANT(COMMONPAGESIZE)',
          'NEXT(16)',
          'LOG2CEIL(0x123)',
          'BLOCK(8)',
        ]);
      case 7:
        return this.#regions.length > 0 ? `${this.#pick(['ORIGIN', 'LENGTH'])}(${this.#pick(this.#regions)})` : inner();
      case 8:
        return next(3) ? `${this.#pick(['-', '~', '!', ''])}(${inner()})` : `(${inner()}) ${this.#pick(['/', '%'])} 12`;
      default:
        return `(${inner()}) ${this.#pick(['+', '-', '+', '*', '&', '|', '<<', '>>', '==', '<', '>=', '&&', '||', '!='])} ${this.#pick(['1', '4', '0x10', inner()])}`;
    }
  }
}
