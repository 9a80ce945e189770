import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../simulator/project';
import { numbersFrom } from '../support/random';
import { requireTool } from '../support/tools';
import { assertEqualPrograms, messages } from './assemble';
import { gnuAssemble, gnuLink, gnuMarch, withFolder } from './gnu';
import { randomCMacros } from './random-c-macros';
import { randomExpressions } from './random-expressions';
import { randomMacros } from './random-macros';
import { randomProgram } from './random-program';

const folder = 'test/assembler';

describe('Assembler against GNU as and ld', function () {
  requireTool('riscv64-linux-gnu-as');
  this.timeout(120_000);

  it('random programs: the same lines are wrong, and the same bytes come out', () => {
    let compared = 0;
    withFolder((temporary) => {
      for (let seed = 1; seed <= 20; seed++) {
        const next = numbersFrom(seed * 104729);
        let lines = randomProgram(next).split('\n');
        const march = next(3) ? gnuMarch : gnuMarch.replace('c', '');
        const base = next(2) ? 0x8020_0000n : 0x1_0000n;
        for (let i = 0; i < 20; i++) {
          const text = lines.join('\n');
          const gnu = gnuAssemble(temporary, text, 'main', march);
          const ours = assemble({
            relax: false,
            roots: ['main.s'],
            sources: new Map([['main.s', text]]),
            march,
            undefinedSymbols: 'hint',
            layout: { textBase: 0x1_0000n },
          });
          const unit = ours.units[0]!.diagnostics.filter((d) => d.severity === 'error');
          const wrong = new Set(unit.map((d) => d.range.start.line + 1));
          for (const line of gnu.errors) assert.ok(wrong.has(line), `GNU as refuses '${lines[line - 1]}'`);
          for (const line of wrong) assert.ok(gnu.errors.includes(line), `GNU as takes '${lines[line - 1]}'`);
          if (wrong.size === 0) break;
          lines = lines.map((line, index) => (wrong.has(index + 1) ? '' : line));
        }
        const text = lines.join('\n');
        const gnu = gnuLink(temporary, [gnuAssemble(temporary, text, 'main', march).object], base);
        const ours = assemble({
          relax: false,
          roots: ['main.s'],
          sources: new Map([['main.s', text]]),
          march,
          layout: { textBase: base },
        });
        assert.equal(
          ours.program !== undefined,
          gnu.program !== undefined,
          `${gnu.output}\n${messages(ours).join('\n')}`,
        );
        if (!gnu.program) continue;
        assertEqualPrograms(ours, gnu.program);
        compared++;
      }
    });
    assert.ok(compared > 5);
  });

  it('refuses what GNU as refuses, on the same line', () => {
    const statements = readFileSync(join(folder, 'errors.txt'), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    withFolder((temporary) => {
      for (const statement of statements) {
        const text = `nop\n${statement}\n`;
        const gnu = gnuAssemble(temporary, text);
        assert.match(gnu.output, /Error|Fatal error/, `GNU as takes '${statement}'`);
        const absent = new Set(['nonexistent.inc', 'nonexistent.bin']);
        const { units } = assemble({
          relax: false,
          roots: ['main.s'],
          sources: new Map([['main.s', text]]),
          absent,
          march: gnuMarch,
        });
        const errors = units[0]!.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
        assert.deepEqual([...new Set(errors.map((error) => error.range.start.line))], [1], `'${statement}'`);
        assert.ok(
          errors.every((error) => error.message !== ''),
          statement,
        );
      }
    });
  });

  it('random expressions have the same values', () => {
    withFolder((temporary) => {
      for (let seed = 1; seed <= 5; seed++) {
        const text = randomExpressions(numbersFrom(seed * 31337), 200);
        const gnu = gnuLink(temporary, [gnuAssemble(temporary, text).object]);
        assert.ok(gnu.program, gnu.output);
        assertEqualPrograms(
          assemble({ relax: false, roots: ['m.s'], sources: new Map([['m.s', text]]), march: gnuMarch }),
          gnu.program,
        );
      }
    });
  });

  it('random macros: the same calls are wrong, and the same bytes come out', () => {
    let compared = 0;
    withFolder((temporary) => {
      for (let seed = 1; seed <= 60; seed++) {
        const text = randomMacros(numbersFrom(seed * 7919));
        const gnu = gnuAssemble(temporary, text);
        const ours = assemble({
          relax: false,
          roots: ['main.s'],
          sources: new Map([['main.s', text]]),
          march: gnuMarch,
        });
        assert.equal(
          ours.program !== undefined,
          gnu.errors.length === 0,
          `${text}\n${gnu.output}\n${messages(ours).join('\n')}`,
        );
        if (!ours.program) continue;
        assertEqualPrograms(ours, gnuLink(temporary, [gnu.object]).program!);
        compared++;
      }
    });
    assert.ok(compared > 10);
  });

  it('random C macros: the same calls are wrong, and the others give the same text', () => {
    requireTool('riscv64-linux-gnu-gcc');
    const bytes = (name: string, text: string) => {
      const { program, units } = assemble({ roots: [name], sources: new Map([[name, text]]), march: gnuMarch });
      const errors = units[0]!.diagnostics.filter(({ severity }) => severity === 'error');
      return { program, wrong: [...new Set(errors.map(({ range }) => range.start.line + 1))].sort((a, b) => a - b) };
    };
    for (let seed = 1; seed <= 25; seed++) {
      const text = randomCMacros(numbersFrom(seed * 7919));
      const preprocess = (input: string) =>
        spawnSync('riscv64-linux-gnu-gcc', ['-E', '-P', '-x', 'assembler-with-cpp', '-'], { input, encoding: 'utf8' });
      const wrong = [...preprocess(text).stderr.matchAll(/<stdin>:(\d+):\d+: error/g)].map((match) => Number(match[1]));
      assert.deepEqual(
        bytes('m.S', text).wrong,
        [...new Set(wrong)].sort((a, b) => a - b),
        text,
      );
      const right = text
        .split('\n')
        .map((line, index) => (wrong.includes(index + 1) ? '' : line))
        .join('\n');
      const ours = bytes('m.S', right).program;
      assert.ok(ours);
      assert.deepEqual(ours.segments, bytes('m.s', preprocess(right).stdout).program?.segments, right);
    }
  });

  for (const base of [0x200_0000_00n, 0x7fff_ffff_0000n, 0xffff_ffc0_0020_0000n, 0xffff_ffff_8020_0000n]) {
    it(`a program at 0x${base.toString(16)}`, () => {
      const high = base > 0xffff_ffff_0000_0000n ? ' lui a2, %hi(x)\n addi a2, a2, %lo(x)\n' : '';
      const text = `.globl _start\n_start: la a0, x\n call f\n lw a1, x\n beqz a0, f\n${high} j f\nf: ret\n.weak no\n call no\n la a0, no\n.data\nx: .dword f, x, x - f\n`;
      withFolder((temporary) => {
        const gnu = gnuLink(temporary, [gnuAssemble(temporary, text).object], base);
        assert.ok(gnu.program, gnu.output);
        const ours = assemble({
          relax: false,
          roots: ['m.s'],
          sources: new Map([['m.s', text]]),
          march: gnuMarch,
          layout: { textBase: base },
        });
        assertEqualPrograms(ours, gnu.program);
      });
    });
  }

  for (const name of readdirSync(join(folder, 'sources')).sort()) {
    it(`${name}: the same bytes and symbols`, () => {
      const text = readFileSync(join(folder, 'sources', name), 'utf8');
      const included = new Map<string, string>(
        readdirSync(join(folder, 'included')).map((file) => [
          file,
          readFileSync(join(folder, 'included', file), 'utf8'),
        ]),
      );
      withFolder((temporary) => {
        for (const [file, contents] of included)
          execFileSync('sh', ['-c', 'cat > "$0"', join(temporary, file)], { input: contents });
        const preprocessed = name.endsWith('.S');
        const flags = [
          '-E',
          '-x',
          'assembler-with-cpp',
          '-P',
          '-march=rv64imac',
          '-mabi=lp64',
          '-I',
          temporary,
          join(folder, 'sources', name),
        ];
        const plain = preprocessed ? execFileSync('riscv64-linux-gnu-gcc', flags, { encoding: 'utf8' }) : text;
        for (const relax of [false, true]) {
          const gnu = gnuAssemble(temporary, plain, 'main', gnuMarch, { relax });
          assert.deepEqual(gnu.errors, [], gnu.output);
          const sources = new Map([[name, text], ...included]);
          const ours = assemble({ relax, roots: [name], sources, march: gnuMarch });
          const linked = gnuLink(temporary, [gnu.object], undefined, relax);
          assert.ok(linked.program, linked.output);
          assertEqualPrograms(ours, linked.program);
        }
      });
    });
  }

  const variants = ['-O0', '-O1', '-O2', '-O3', '-Os'].flatMap((level) => [
    [level, '-fno-pic', '-mcmodel=medany'],
    [level, '-fpie', '-fcommon', '-ffunction-sections', '-fdata-sections'],
  ]);
  describe('what gcc makes of C programs', () => {
    requireTool('riscv64-linux-gnu-gcc');
    for (const variant of variants) {
      it(variant.join(' '), () => {
        const flags = ['-S', '-ffreestanding', '-march=rv64imac_zicsr_zifencei', '-mabi=lp64'];
        withFolder((temporary) => {
          for (const name of readdirSync(join(folder, 'c')).sort()) {
            const source = join(folder, 'c', name);
            const text = execFileSync('riscv64-linux-gnu-gcc', [...flags, ...variant, '-o', '-', source], {
              encoding: 'utf8',
            });
            for (const relax of [false, true]) {
              const { object } = gnuAssemble(temporary, text, 'main', gnuMarch, { relax });
              const gnu = gnuLink(temporary, [object], undefined, relax);
              assert.ok(gnu.program, gnu.output);
              assertEqualPrograms(
                assemble({ relax, roots: [name], sources: new Map([[name, text]]), march: gnuMarch }),
                gnu.program,
              );
            }
          }
        });
      });
    }
  });

  it('constants and strings that several files share', () => {
    const names = ['merge-first.s', 'merge-second.s'];
    const texts = new Map(names.map((name) => [name, readFileSync(join(folder, 'linked', name), 'utf8')]));
    withFolder((temporary) => {
      const objects = [...texts].map(([name, text]) => gnuAssemble(temporary, text, name.replace('.s', '')).object);
      const gnu = gnuLink(temporary, objects, 0x10_0000n);
      assert.ok(gnu.program, gnu.output);
      const ours = assemble({
        relax: false,
        roots: names,
        sources: texts,
        march: gnuMarch,
        layout: { textBase: 0x10_0000n },
      });
      assertEqualPrograms(ours, gnu.program);
    });
  });

  it('several files in one program', () => {
    const files: Record<string, string> = {
      'main.s':
        '.globl _start\n_start: call helper\n la a0, shared\n lw a1, counter\n j _start\n.data\n.globl counter\ncounter: .word 7\n.comm both, 24, 8\n.weak absent\n.dword absent\n',
      'helper.s':
        '.text\n.balign 16\n.globl helper\nhelper: addi a0, a0, 1\n beqz a0, _start\n call absent\n la a3, absent\n ret\n.section .rodata\n.globl shared\nshared: .dword helper, _start - helper\n.comm both, 40, 16\n.weak absent\n.bss\n.skip 5\n',
    };
    withFolder((temporary) => {
      const objects = Object.entries(files).map(
        ([name, text]) => gnuAssemble(temporary, text, name.replace('.s', '')).object,
      );
      const gnu = gnuLink(temporary, objects);
      assert.ok(gnu.program, gnu.output);
      assertEqualPrograms(
        assemble({ relax: false, roots: Object.keys(files), sources: new Map(Object.entries(files)), march: gnuMarch }),
        gnu.program,
      );
    });
  });
});
