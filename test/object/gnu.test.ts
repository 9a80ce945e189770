import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  type Origin,
  type ProgramSection,
  readExecutable,
  readRelocatable,
  writeExecutable,
  writeRelocatable,
} from '../../simulator/object';
import { type AssembleResult, assemble } from '../../simulator/project';
import { gnuAssemble, gnuLink, gnuMarch, withFolder } from '../assembler/gnu';
import { numbersFrom } from '../support/random';
import { requireTool } from '../support/tools';

const program = 'test/assembler/c/sort.c';
const flags = [
  '-ffreestanding',
  '-nostdlib',
  '-static',
  '-march=rv64imac_zicsr_zifencei',
  '-mabi=lp64',
  '-mcmodel=medany',
  '-fno-pic',
  '-no-pie',
];

/** `file:line address` of every row that begins a statement, as objdump decodes the line table. */
function decodedLines(path: string): Set<string> {
  const text = execFileSync('riscv64-linux-gnu-objdump', ['--dwarf=decodedline', path], { encoding: 'utf8' });
  const rows = new Set<string>();
  for (const [, file, line, address] of text.matchAll(/^(\S+)\s+(\d+)\s+(0x[0-9a-f]+|0)\s.*x\s*$/gm)) {
    rows.add(`${file}:${line} ${BigInt(address!).toString(16)}`);
  }
  return rows;
}

/** The lines that a piece of code comes from: its own, and those of the macro calls and repetitions around it. */
function linesOf(origin: Origin): number[] {
  return [origin.line + 1, ...(origin.parent ? linesOf(origin.parent) : [])];
}

/** The ELF file of a program. */
function fileOf({ program }: AssembleResult): Uint8Array {
  return writeExecutable(program!.executable!()).slice();
}

describe('Programs and objects against GNU tools', function () {
  requireTool('riscv64-linux-gnu-gcc');
  this.timeout(60_000);

  for (const version of [2, 3, 4, 5]) {
    for (const level of ['-O0', '-O2']) {
      it(`reads the DWARF ${version} line table that gcc ${level} writes`, () => {
        withFolder((folder) => {
          const path = join(folder, 'a.elf');
          execFileSync('riscv64-linux-gnu-gcc', [...flags, level, '-g', `-gdwarf-${version}`, program, '-o', path], {
            stdio: 'pipe',
          });
          const { value, error } = readExecutable(readFileSync(path));
          assert.ok(value, error);
          const theirs = decodedLines(path);
          const ours = value.lines.rows.filter((row) => row.isStatement);
          assert.ok(ours.length > 50);
          for (const { address, origin } of ours) {
            const row = `${basename(origin.file)}:${origin.line + 1} ${address.toString(16)}`;
            assert.ok(theirs.has(row), row);
            assert.equal(origin.file, resolve(program));
          }
          const main = value.symbols.find((symbol) => symbol.name === '_start')!;
          assert.equal(value.entry, main.value);
          assert.equal(main.type, 'function');
          assert.ok(main.size > 0);
          const source = readFileSync(program, 'utf8').split('\n');
          const line = source.findIndex((text) => text.startsWith('void _start'));
          assert.deepEqual(value.lines.addressesOfLine(resolve(program), line)[0], main.value);
        });
      });
    }
  }

  it('reads the line table that GNU as writes for assembly', () => {
    withFolder((folder) => {
      const text = '.globl _start\n_start:\n nop\n li a0, 0x12345678\n.macro m\n nop\n nop\n.endm\n m\n ret\n';
      writeFileSync(join(folder, 'x.s'), text);
      execFileSync('riscv64-linux-gnu-as', ['-g', '-mno-relax', 'x.s', '-o', 'x.o'], { cwd: folder });
      const linked = gnuLink(folder, [join(folder, 'x.o')]);
      const { value } = readExecutable(readFileSync(linked.path));
      assert.deepEqual(
        value!.lines.rows.slice(0, 2).map(({ origin }) => [basename(origin.file), origin.line]),
        [
          ['x.s', 2],
          ['x.s', 3],
        ],
      );
    });
  });

  it('gdb and objdump read what we write', function () {
    withFolder((folder) => {
      const text = readFileSync('test/assembler/sources/macros.s', 'utf8');
      writeFileSync(join(folder, 'macros.s'), text);
      const sources = new Map([['macros.s', text]]);
      const result = assemble({ roots: ['macros.s'], sources, march: gnuMarch, debug: { folder } });
      const ours = result.program!;
      const path = join(folder, 'ours.elf');
      const bytes = fileOf(result);
      writeFileSync(path, bytes);
      const decoded = decodedLines(path);
      assert.ok(decoded.size > 20);
      for (const row of decoded) {
        const [, line, address] = /:(\d+) (\w+)$/.exec(row)!;
        const origin = ours.lines.find(BigInt(`0x${address}`))!.origin;
        assert.ok(linesOf(origin).includes(Number(line)), row);
      }
      const headers = execFileSync('riscv64-linux-gnu-readelf', ['-lW', path], { encoding: 'utf8' });
      const offsets = [...headers.matchAll(/LOAD +0x([0-9a-f]+)/g)].map((match) => Number.parseInt(match[1]!, 16));
      assert.ok(offsets.length > 0 && offsets.every((offset) => offset >= 0x1000));
      const back = readExecutable(bytes).value!;
      assert.equal(back.entry, ours.entry);
      assert.deepEqual(
        back.segments.map(({ address, bytes: b, memorySize }) => [address, [...b], memorySize]),
        ours.segments.map(({ address, bytes: b, memorySize }) => [address, [...b], memorySize]),
      );
      let gdb: string;
      try {
        gdb = execFileSync(
          'gdb-multiarch',
          ['-batch', '-nx', '-ex', 'info line _start', '-ex', 'info line macros.s:48', path],
          { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
        );
      } catch {
        this.skip();
      }
      const start = text.split('\n').findIndex((line) => line.startsWith('    push ra')) + 1;
      assert.match(gdb, new RegExp(`Line ${start} of "macros.s" starts at address 0x80200000 <_start>`));
    });
  });

  it('symbols of thread-local storage are offsets in it', () => {
    const text =
      ' .globl _start, t\n_start: nop\n .section .tdata,"awT"\n .dword 1\nt: .dword 2\n .section .tbss,"awT",@nobits\nz: .skip 8\n';
    withFolder((folder) => {
      const path = join(folder, 'tls.elf');
      writeFileSync(path, fileOf(assemble({ roots: ['m.s'], sources: new Map([['m.s', text]]) })));
      const names = execFileSync('riscv64-linux-gnu-readelf', ['-sW', path], { encoding: 'utf8' });
      assert.match(names, /0000000000000008 +0 TLS +GLOBAL .* t$/m);
      assert.match(names, /0000000000000010 +0 TLS +LOCAL .* z$/m);
    });
  });

  it('gdb steps through what we write, relaxed code and macros too', () => {
    requireTool('gdb-multiarch');
    requireTool('qemu-system-riscv64');
    const text = [
      '    .globl _start\n_start:\n    li a0, 3\n    la sp, stack\nloop:\n    call twice\n    addi a0, a0, -1\n    bnez a0, loop',
      'end:\n    j end\n    .macro double reg\n    slli \\reg, \\reg, 1\n    nop\n    .endm\ntwice:\n    mv t0, a0\n    double t0\n    ret',
      '    .bss\n    .skip 64\nstack:\n',
    ].join('\n');
    withFolder((folder) => {
      const sources = new Map([['step.s', text]]);
      const result = assemble({ roots: ['step.s'], sources, layout: { textBase: 0x8000_0000n }, debug: { folder } });
      const path = join(folder, 'step.elf');
      writeFileSync(join(folder, 'step.s'), text);
      writeFileSync(path, fileOf(result));
      const qemu = `qemu-system-riscv64 -M virt -display none -bios none -kernel ${path} -S -gdb stdio -serial null -monitor none`;
      const commands = ['set architecture riscv:rv64', `target remote | ${qemu}`, 'tbreak _start', 'continue'];
      for (let i = 0; i < 9; i++) commands.push('step');
      const options = [...commands, 'kill'].flatMap((command) => ['-ex', command]);
      const run = spawnSync('gdb-multiarch', ['-batch', '-nx', ...options, path], {
        encoding: 'utf8',
        timeout: 60_000,
      });
      const lines = [...run.stdout.matchAll(/^(\d+)\t/gm)].map((match) => Number(match[1]));
      assert.deepEqual(lines, [3, 4, 6, 16, 17, 18, 7, 8, 6, 16], run.stdout + run.stderr);
    });
  });

  it('ld links the objects that we write as it links those of GNU as', () => {
    withFolder((folder) => {
      for (const name of ['branches.s', 'sections.s', 'data.s', 'instructions.s']) {
        const text = readFileSync(join('test/assembler/sources', name), 'utf8');
        const unit = assemble({ relax: false, roots: [name], sources: new Map([[name, text]]), march: gnuMarch })
          .units[0]!;
        const path = join(folder, 'ours.o');
        writeFileSync(path, writeRelocatable(unit.object));
        const gnu = gnuLink(folder, [gnuAssemble(folder, text).object]).program!;
        const ours = gnuLink(folder, [path]);
        assert.ok(ours.program, ours.output);
        assert.deepEqual(ours.program.sections, gnu.sections, name);
      }
    });
  });

  for (const relaxed of ['-mno-relax', '-mrelax'])
    it(`links objects of gcc ${relaxed} as ld does, with their lines`, () => {
      withFolder((folder) => {
        const objects = ['sort', 'kernel'].map((name) => join(folder, `${name}.o`));
        const sources = new Map<string, Uint8Array>();
        for (const object of objects) {
          const source = join('test/assembler/c', basename(object).replace('.o', '.c'));
          const rename = source.includes('kernel') ? ['-D_start=kernel_start'] : [];
          execFileSync('riscv64-linux-gnu-gcc', [
            ...flags,
            ...rename,
            '-O2',
            '-g',
            relaxed,
            '-fno-asynchronous-unwind-tables',
            '-c',
            source,
            '-o',
            object,
          ]);
          sources.set(object, new Uint8Array(readFileSync(object)));
        }
        const relax = relaxed === '-mrelax';
        const gnu = gnuLink(folder, objects, undefined, relax);
        assert.ok(gnu.program, gnu.output);
        const ours = assemble({ roots: objects, sources, relax });
        assert.ok(ours.program, JSON.stringify(ours.diagnostics.slice(0, 3)));
        for (const section of gnu.program.sections) {
          const found: ProgramSection = ours.program.sections.find(({ name }) => name === section.name)!;
          assert.deepEqual([found.name, found.address, found.size], [section.name, section.address, section.size]);
          if (section.bytes) assert.deepEqual(Buffer.compare(found.contents.slice(), section.bytes), 0, section.name);
        }
        const linked = readExecutable(readFileSync(gnu.path)).value!;
        const rows = (lines: typeof linked.lines): string[] =>
          lines.rows.map(({ address, origin }) => `${address} ${origin.file}:${origin.line}`);
        assert.deepEqual(rows(ours.program.lines).slice(0, 400), rows(linked.lines).slice(0, 400));
      });
    });

  it('says what is wrong with truncated and corrupted files', () => {
    withFolder((folder) => {
      const elf = join(folder, 'a.elf');
      const object = join(folder, 'a.o');
      execFileSync('riscv64-linux-gnu-gcc', [...flags, '-O1', '-g', program, '-o', elf], { stdio: 'pipe' });
      execFileSync('riscv64-linux-gnu-gcc', [...flags, '-O1', '-g', '-c', program, '-o', object]);
      const executable = new Uint8Array(readFileSync(elf));
      const relocatable = new Uint8Array(readFileSync(object));
      assert.match(readExecutable(relocatable).error!, /relocatable object/);
      assert.match(readRelocatable(executable, 'x').error!, /not a relocatable/);
      for (let length = 0; length < executable.length; length += 1 + Math.floor(length / 40)) {
        const { value, error } = readExecutable(executable.slice(0, length));
        assert.ok(value || (error && error.length > 5));
        readRelocatable(relocatable.slice(0, Math.min(length, relocatable.length)), 'x');
      }
      const next = numbersFrom(12345);
      for (let i = 0; i < 600; i++) {
        const bytes = i % 2 ? executable.slice() : relocatable.slice();
        const spread = i % 3 === 0 ? 64 : bytes.length;
        for (let j = 0; j <= next(8); j++) bytes[next(spread)] = next(256);
        const { value } = readExecutable(bytes);
        value?.lines.rows.length;
        const objectFile = readRelocatable(bytes, 'x.o').value;
        if (objectFile) assemble({ roots: ['x.o'], sources: new Map([['x.o', bytes]]) });
      }
    });
  });
});
