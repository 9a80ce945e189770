import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../simulator/project';
import { assertEqualPrograms, messages } from '../assembler/assemble';
import { type GnuProgram, gnuAssemble, gnuLink, withFolder } from '../assembler/gnu';
import { requireTool } from '../support/tools';

const first = `
int counter;
extern int shared(int, int *);
static __attribute__((noinline)) int deep(int *p, int n) { int a[40]; for (int i = 0; i < n; i++) a[i] = p[i]; return shared(n, a) + a[3]; }
int twice(int n) { int b[16]; b[0] = n; return deep(b, n) + shared(n + 1, b); }
void _start(void) { counter = twice(5); for (;;) ; }
`;
const second = `
extern int twice(int);
__attribute__((noinline)) int shared(int n, int *p) { return n ? *p + twice(n - 1) : 0; }
int cold(int n) { return __builtin_expect(n, 0) ? shared(n, &n) + twice(n) : n; }
`;
const third = `
int leaf(int a, int b) { return a * b - 3; }
void *memcpy(void *to, const void *from, unsigned long n) { char *p = to; while (n--) *p++ = *((const char *)from++); return to; }
`;

const library = `
extern "C" { int __gxx_personality_v0() { return 0; } void _Unwind_Resume() {} void *__cxa_begin_catch(void *p) { return p; } void __cxa_end_catch() {} }
void *table[16] asm("_ZTIi");
void *more[16] asm("_ZTVN10__cxxabiv117__class_type_infoE");
int sink;
void thrower(int n) { sink = n; }
`;
const inlines = `
void thrower(int);
struct Guard { int n; Guard(int m) : n(m) { thrower(m); } __attribute__((noinline)) ~Guard() { thrower(-n); } };
template <class T> __attribute__((noinline)) T most(T a, T b) { Guard guard(a); thrower(b); return a < b ? b : a; }
inline __attribute__((noinline)) int guarded(int n) { Guard g(n); thrower(n); try { thrower(n + 1); } catch (int i) { return i; } return most(n, 3); }
`;
const plus = [
  library,
  `${inlines} int one(int n) { return guarded(n) + most(n, 2); }`,
  `${inlines} int two(int n) { Guard g(n); return guarded(n) - most(n, 4) + most<long>(n, 5); } extern "C" void _start() { two(1); }`,
];

/** A function with call frame information; \`body\` stands between. */
function framed(name: string, body: string, lines = ''): string {
  return ` .globl ${name}\n${name}: .cfi_startproc\n${lines} addi sp,sp,-16\n .cfi_def_cfa_offset 16\n${body}\n addi sp,sp,16\n .cfi_def_cfa_offset 0\n ret\n .cfi_endproc\n`;
}

const group = '.section .text.same,"axG",@progbits,same,comdat\n';
const end = '.section .eh_frame,"a",@progbits\n .balign 4\n .word 0\n';
const start = framed('_start', ' nop\n call f');

/** Sources of programs, by what is peculiar to them. */
const programs: Readonly<Record<string, readonly string[]>> = {
  'one object': [start.replace('call f', 'nop')],
  'equal entries': [start, framed('f', ' call g'), framed('g', ' nop')],
  'functions of dropped groups': [
    start + group + framed('same', ' nop'),
    `${group + framed('same', ' nop\n nop')}.text\n${framed('f', ' call same')}`,
    group + framed('same', ' nop'),
  ],
  'initial rules, registers, and signal frames': [
    start,
    framed('f', ' nop', ' .cfi_def_cfa sp,0\n') + framed('g', ' nop', ' .cfi_signal_frame\n'),
    framed('h', ' nop', ' .cfi_signal_frame\n') + framed('i', ' nop', ' .cfi_return_column 5\n'),
    framed('j', ' nop', ' .cfi_return_column 5\n .cfi_def_cfa sp,0\n'),
  ],
  'personalities, global and local': [
    start +
      framed('f', ' nop', ' .cfi_personality 0x1b,routine\n .cfi_lsda 0x1b,table\n') +
      '.globl routine\nroutine: ret\ntable: nop\n',
    `${framed('g', ' nop', ' .cfi_personality 0x1b,routine\n .cfi_lsda 0x1b,table\n')}table: nop\n`,
    framed('h', ' nop', ' .cfi_personality 0x1b,own\n') +
      framed('i', ' nop', ' .cfi_personality 0x1b,own\n') +
      'own: nop\n',
    `${framed('j', ' nop', ' .cfi_personality 0x1b,own\n')}own: nop\n`,
    `${framed('k', ' nop', ' .cfi_personality 0,routine\n .cfi_lsda 0,table\n')}table: nop\n`,
  ],
  'ends, of which the last one stays': [start + end, framed('f', ' nop') + end, end],
  'an end, and nothing after it': [start + framed('f', ' nop'), framed('g', ' nop'), end],
  'symbols in tables': [
    `${start}.section .eh_frame,"a",@progbits\n.globl a0_\na0_:\n .data\n .dword a0_, l0\n.section .eh_frame\nl0:\n`,
    `.section .eh_frame,"a",@progbits\n.globl a1_\na1_:\nl1:\n .data\n .dword a1_, l1, .eh_frame\n .text\n${framed('f', ' nop')}`,
    `.section .eh_frame,"a",@progbits\nl2: .data\n .dword l2, l2 + 8\n .text\n${framed('h', ' nop')}`,
  ],
  'an entry that is not known': [start, `${framed('f', ' nop', ' .cfi_escape 0x3f\n')}`, framed('g', ' nop')],
  'expressions and long instructions': [
    start,
    framed('f', ' nop', ' .cfi_escape 0x0f,3,0x72,0,6\n .cfi_escape 0x10,8,2,0x72,8\n .cfi_escape 0x16,9,1,0x9c\n'),
    framed('g', ' .skip 300', ' .cfi_remember_state\n .cfi_val_offset s0,8\n .cfi_restore_state\n'),
    framed('h', ' .rept 20000\n nop\n .endr', ' .cfi_undefined ra\n .cfi_same_value s1\n'),
  ],
};

function compile(folder: string, tool: string, texts: readonly string[], options: readonly string[]): string[] {
  return texts.map((text, i) => {
    const source = join(folder, `f${i}.${tool.endsWith('++') ? 'cc' : 'c'}`);
    writeFileSync(source, text);
    const object = join(folder, `f${i}.o`);
    const run = spawnSync(tool, ['-c', ...options, source, '-o', object], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    return object;
  });
}

/** Sections, bytes and symbols as GNU ld's, relaxed and not. @returns the program of GNU ld that was not relaxed */
function compare(folder: string, objects: readonly string[], script?: string): GnuProgram {
  let last: GnuProgram | undefined;
  for (const relax of [true, false]) {
    const gnu = gnuLink(folder, objects, undefined, relax, script);
    assert.ok(gnu.program, gnu.output);
    const files = script === undefined ? objects : [...objects, script];
    const sources = new Map(files.map((file) => [file, new Uint8Array(readFileSync(file))]));
    const ours = assemble({ roots: objects, sources, relax, linkerScript: script });
    try {
      assertEqualPrograms(ours, gnu.program);
    } catch (error) {
      assert.fail(`relax ${relax}: ${error instanceof Error ? error.message : error}\n${messages(ours).join('\n')}`);
    }
    last = gnu.program;
  }
  return last!;
}

function tableSize({ sections }: GnuProgram): number {
  return sections.find(({ name }) => name === '.eh_frame')?.size ?? 0;
}

describe('Unwind tables of several objects against GNU ld', function () {
  requireTool('riscv64-linux-gnu-ld');
  requireTool('riscv64-linux-gnu-gcc');
  this.timeout(120_000);

  for (const [name, texts] of Object.entries(programs)) {
    it(name, () => {
      withFolder((folder) => {
        for (const relax of [true, false]) {
          const objects = texts.map((text, i) => {
            const { object, output } = gnuAssemble(folder, text, `f${i}`, undefined, { relax });
            assert.equal(output, '');
            return object;
          });
          assert.ok(tableSize(compare(folder, objects)) > 0);
          compare(folder, [...objects].reverse());
        }
      });
    });
  }

  it('what a script leaves out has no entries', () => {
    withFolder((folder) => {
      const texts = [
        start,
        `.section .text.gone,"ax"\n${framed('gone', ' nop')}.text\n${framed('f', ' nop')}`,
        `.section .text.gone,"ax"\n${framed('away', ' nop')}`,
      ];
      const objects = texts.map((text, i) => gnuAssemble(folder, text, `f${i}`).object);
      const script = join(folder, 'layout.ld');
      const all = compare(folder, objects);
      writeFileSync(
        script,
        'SECTIONS { . = 0x10000; /DISCARD/ : { *(.text.gone) } .text : { *(.text) } .eh_frame : { *(.eh_frame) } }',
      );
      assert.ok(tableSize(compare(folder, objects, script)) < tableSize(all));
    });
  });

  for (const options of [
    ['-O2', '-fasynchronous-unwind-tables'],
    ['-O2', '-fno-asynchronous-unwind-tables'],
    ['-Os', '-funwind-tables', '-mno-relax'],
    ['-O0', '-g', '-funwind-tables'],
  ]) {
    it(`C, gcc ${options.join(' ')}`, () => {
      withFolder((folder) => {
        const objects = compile(
          folder,
          'riscv64-linux-gnu-gcc',
          [first, second, third],
          [...options, '-mcmodel=medany', '-fno-pic'],
        );
        const size = tableSize(compare(folder, objects));
        assert.equal(size > 0, !options.includes('-fno-asynchronous-unwind-tables'));
      });
    });
  }

  describe('C++', () => {
    requireTool('riscv64-linux-gnu-g++');
    for (const options of [['-O2'], ['-O0'], ['-Os', '-fno-asynchronous-unwind-tables'], ['-O2', '-fPIC']]) {
      it(`inline functions, tables of exceptions, g++ ${options.join(' ')}`, () => {
        withFolder((folder) => {
          const objects = compile(folder, 'riscv64-linux-gnu-g++', plus, options);
          assert.ok(tableSize(compare(folder, objects)) > 0);
          compare(folder, [...objects].reverse());
        });
      });
    }
  });
});
