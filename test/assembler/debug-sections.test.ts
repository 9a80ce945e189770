import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseElf } from '../../simulator/object/elf/elf';
import { writeRelocatable } from '../../simulator/object/elf/relocatable-writer';
import { assemble } from '../../simulator/project';
import { requireTool } from '../support/tools';
import { gnuAssemble, gnuMarch, withFolder } from './gnu';

const compared =
  /^\.(rela)?\.?(text.*|eh_frame|debug_frame|debug_line|debug_line_str|debug_info|debug_abbrev|debug_aranges|debug_ranges|debug_rnglists)$/;

/** The contents of the sections that are compared; relocations as 'offset type addend', since symbols are numbered differently. */
function contents(bytes: Uint8Array): Map<string, string> {
  const result = new Map<string, string>();
  for (const { name, bytes: content } of parseElf(bytes).sections) {
    if (!compared.test(name)) continue;
    if (!name.startsWith('.rela')) result.set(name, Buffer.from(content).toString('hex'));
    else {
      const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
      const entries = Array.from({ length: content.length / 24 }, (_, i) =>
        [view.getBigUint64(24 * i, true), view.getUint32(24 * i + 8, true), view.getBigInt64(24 * i + 16, true)].join(
          ' ',
        ),
      );
      result.set(name, entries.join('\n'));
    }
  }
  return result;
}

function assertSameObject(folder: string, text: string): void {
  for (const relax of [true, false]) {
    const gnu = gnuAssemble(folder, text, 'main', gnuMarch, { relax });
    assert.deepEqual(gnu.errors, [], gnu.output);
    const request = { roots: ['main.s'], sources: new Map([['main.s', text]]), march: gnuMarch, relax, link: false };
    const { units, diagnostics } = assemble(request);
    assert.deepEqual(diagnostics, []);
    const theirs = contents(readFileSync(gnu.object));
    const ours = contents(writeRelocatable(units[0]!.object));
    for (const [name, content] of theirs) assert.equal(ours.get(name), content, `${name}, relax ${relax}`);
  }
}

const info = ' .section .debug_info,"",@progbits\n .byte 0\n';
const sources: Readonly<Record<string, string>> = {
  'all of .loc':
    ' .text\n .file 1 "a/x.c"\n .file 3 "b.h"\n .file 2 "a/y.c"\nf: .loc 1 3 5 view -0\n addi sp,sp,-16\n .loc 1 4 7\n call f\n .loc 1 4 9 is_stmt 0\n nop\n' +
    ' .loc 1 200 2 is_stmt 1 prologue_end\n beqz a0, 1f\n .loc 1 201 2 discriminator 300\n1: nop\n .loc 1 90 basic_block epilogue_begin isa 2\n ret\n' +
    ' .loc 2 1 1 view .LVU1\n .loc 3 1 1\n .loc 3 2 1\n nop\n .balign 8\n nop\n .section .text.hot,"ax"\n .loc 1 7 1\n nop\n .text 1\n .loc 1 8\n ret\n',
  'files of DWARF 5':
    ' .file 0 "/where" "src/x.c" md5 0x00112233445566778899aabbccddeeff\n .file 1 "src/x.c" md5 0x00112233445566778899aabbccddeeff\n .file 2 "/else" "h.h" md5 1234\n' +
    'f: .loc 0 3 5\n nop\n .loc 2 1\n ret\n',
  'far apart': ' .file 1 "x.c"\nf: .loc 1 1\n nop\n .skip 60000\n .loc 1 2\n nop\n .loc 1 90000\n nop\n',
  'call frames in .debug_frame':
    ' .cfi_sections .debug_frame, .eh_frame\nf: .cfi_startproc\n nop\n .cfi_def_cfa_offset 16\n call f\n .cfi_offset ra, -8\n ret\n .cfi_endproc\n' +
    'g: .cfi_startproc\n .cfi_personality 0x9b, p\n .cfi_lsda 0x1b, d\n nop\n .cfi_def_cfa s0, 0\n .cfi_escape 0x2e, 0x10\n ret\n .cfi_endproc\n' +
    'h: .cfi_startproc simple\n .cfi_signal_frame\n .cfi_return_column 5\n nop\n .cfi_offset fs0, 8\n .cfi_undefined a0, a1\n ret\n .cfi_endproc\n' +
    ' .data\np: .dword 0\nd: .word 1\n',
};

describe('Debug sections against GNU as', function () {
  requireTool('riscv64-linux-gnu-as');
  this.timeout(60_000);

  for (const [name, text] of Object.entries(sources)) {
    it(name, () => {
      withFolder((folder) =>
        assertSameObject(
          folder,
          name.startsWith('call') ? text : text.replace('md5 1234', 'md5 0x1234000000000000000000000000ab') + info,
        ),
      );
    });
  }

  // Without a unit of the source's own the assembler makes one; with one, a line table that says nothing is still there.
  const unitless: Readonly<Record<string, string>> = {
    'a unit for .loc': ' .file 1 "a.c"\nf: .loc 1 1 1\n .cfi_startproc\n call f\n .loc 1 2 1\n nop\n .cfi_endproc\n',
    'functions of a unit for .loc':
      ' .file 1 "d/a.c"\n .type f,@function\n .globl f\nf: .loc 1 1 1\n nop\n .size f,.-f\n .type g,@function\ng: nop\n .size g,.-g\n',
    'several sections of a unit for .loc':
      ' .file 1 "a.c"\nf: .loc 1 1 1\n nop\n .section .text.b,"ax"\n .loc 1 2 1\n call f\n .balign 8\n',
    'a unit for .loc of DWARF 5': ' .file 0 "/where" "x.c"\n .file 1 "x.c"\nf: .loc 1 3 5\n nop\n',
    'a unit without lines': ' .cfi_sections .debug_frame\nf: .cfi_startproc\n nop\n .cfi_endproc\n',
  };
  for (const [name, text] of Object.entries(unitless)) {
    it(name, () => {
      withFolder((folder) => assertSameObject(folder, name.endsWith('lines') ? text + info : text));
    });
  }

  for (const flags of [['-O0'], ['-O2'], ['-Os', '-ffunction-sections'], ['-O2', '-gdwarf-4'], ['-O1', '-gdwarf-3']]) {
    it(`what gcc -g ${flags.join(' ')} writes`, () => {
      withFolder((folder) => {
        for (const name of ['sort', 'kernel']) {
          const source = `test/assembler/c/${name}.c`;
          const options = ['-S', '-g', ...flags, '-ffreestanding', '-march=rv64gc', '-mabi=lp64', '-o', '-', source];
          assertSameObject(folder, execFileSync('riscv64-linux-gnu-gcc', options, { encoding: 'utf8' }));
        }
      });
    });
  }

  it('-g: a line table of the source itself, as of as -gdwarf-5', () => {
    const text = [
      ' .globl _start\n .type _start, @function\n_start: nop\n call f\n .rept 2\n nop\n .endr\n .macro m\n nop\n ret\n .endm\n m',
      ' .size _start, .-_start\n .type f, @function\nf: nop\n m\n .size f, 4\n .balign 8\n',
    ];
    const other = ' .section .text.other,"ax"\n nop\n';
    withFolder((folder) => {
      for (const source of [text.join('\n'), text.join('\n') + other, ' nop\n ret\n']) {
        writeFileSync(join(folder, 'main.s'), source);
        const options = ['-gdwarf-5', '-mrelax', `-march=${gnuMarch}`, 'main.s', '-o', 'main.o'];
        execFileSync('riscv64-linux-gnu-as', options, { cwd: folder });
        const request = { roots: ['main.s'], sources: new Map([['main.s', source]]), march: gnuMarch, relax: true };
        const { units } = assemble({ ...request, link: false, debug: { folder: realpathSync(folder) } });
        const names = ['_info', '_abbrev', '_line', '_line_str', '_aranges', '_rnglists'].map(
          (name) => `.debug${name}`,
        );
        const [theirs, ours] = [readFileSync(join(folder, 'main.o')), writeRelocatable(units[0]!.object)].map(
          (bytes) =>
            new Map(
              parseElf(bytes).sections.map(({ name, bytes: content }) => [name, Buffer.from(content).toString('hex')]),
            ),
        );
        for (const name of names) assert.equal(ours!.get(name), theirs!.get(name), name);
        assert.equal(ours!.has('.debug_line'), true);
      }
    });
  });

  const wrong: readonly (readonly [text: string, line: number])[] = [
    ['.cfi_startproc\n.cfi_startproc\n.cfi_endproc\n', 2],
    ['nop\n.cfi_offset ra, 8\n', 2],
    ['.cfi_startproc\n.cfi_offset foo, 8\n.cfi_endproc\n', 2],
    ['.cfi_startproc\n.cfi_restore_state\n.cfi_endproc\n', 2],
    ['.cfi_startproc\n.cfi_personality 0x77, f\n.cfi_endproc\n', 2],
    ['.cfi_startproc\n.cfi_offset ra\n.cfi_endproc\n', 2],
    ['.file 1 "a.c"\n.loc 2 1\n', 2],
    ['.file 1 "a.c"\n.loc 1 1 is_stmt 2\n', 2],
    ['.file 1 "a.c"\n.loc 1 1 nonsense\n', 2],
    ['.file 1 "a.c"\n.file 1 "b.c"\n', 2],
  ];
  for (const [text, line] of wrong) {
    it(`${text.replaceAll('\n', '; ')} is wrong where GNU as says so`, () => {
      withFolder((folder) => {
        assert.ok(gnuAssemble(folder, text).errors.includes(line));
        const { diagnostics } = assemble({ roots: ['main.s'], sources: new Map([['main.s', text]]), link: false });
        const errors = diagnostics.filter(({ severity }) => severity === 'error');
        assert.deepEqual([...new Set(errors.map(({ range }) => range.start.line + 1))], [line]);
      });
    });
  }
});
