import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type AssembleRequest, assemble } from '../../simulator/project';
import { assertEqualPrograms, messages } from '../assembler/assemble';
import { gnuAssemble, gnuLink, gnuMarch, withFolder } from '../assembler/gnu';
import { numbersFrom } from '../support/random';
import { requireTool } from '../support/tools';
import { randomRelaxable } from './random-relaxable';

const relaxing = { relax: true } as const;

/** Links objects of GNU as with GNU ld and with ours, relaxed and not: both give the same, or both refuse. */
function compare(
  folder: string,
  objects: readonly string[],
  base: bigint,
  options: Partial<AssembleRequest> = {},
): number {
  const sources = new Map(objects.map((object) => [object, new Uint8Array(readFileSync(object))]));
  let compared = 0;
  for (const relax of [true, false]) {
    const gnu = gnuLink(folder, objects, base, relax);
    const ours = assemble({ roots: objects, sources, relax, layout: { textBase: base }, ...options });
    const state = `${options.linkerScript ?? ''} at ${base.toString(16)} relax ${relax}\n${gnu.output}\n${messages(ours).join('\n')}`;
    assert.equal(ours.program !== undefined, gnu.program !== undefined, state);
    if (!gnu.program) continue;
    try {
      assertEqualPrograms(ours, gnu.program);
    } catch (error) {
      assert.fail(`${state}: ${error instanceof Error ? error.message : error}`);
    }
    compared++;
  }
  return compared;
}

describe('Linker against GNU ld', function () {
  requireTool('riscv64-linux-gnu-ld');
  this.timeout(120_000);

  it('random programs become as short, and come out the same', () => {
    let compared = 0;
    withFolder((folder) => {
      for (let seed = 1; seed <= 60; seed++) {
        const next = numbersFrom(seed * 15485863);
        const march = next(4) ? gnuMarch : gnuMarch.replace('c', '');
        const base = [0x8020_0000n, 0x1_0000n, 0x400n, 0x1e000n, 0xffff_ffff_8000_0000n][next(5)]!;
        const texts = randomRelaxable(next, 1 + next(3), base !== 0x8020_0000n);
        const assembled = texts.map((text, i) => gnuAssemble(folder, text, `f${i}`, march, relaxing));
        if (assembled.some(({ output }) => output.includes('Error'))) continue;
        const objects = assembled.map(({ object }) => object);
        compared += compare(folder, objects, base);
      }
    });
    assert.ok(compared > 40);
  });

  it('aligns code after data of an odd length, where ld gives up', () => {
    const text = ' .globl _start\n_start: j 1f\n .byte 1\n .balign 4\n1: ret\n .asciz "ab"\n.byte 1\n.balign 8\n nop\n';
    const { program } = assemble({ roots: ['m.s'], sources: new Map([['m.s', text]]) });
    const bytes = program!.sections[0]!.contents.slice();
    assert.deepEqual([bytes[4], bytes[5], bytes[16]], [0x82, 0x80, 1]);
  });

  it('counts from gp in programs that set it, or where all that ld does is asked for', () => {
    const link = (text: string, relax?: boolean): { size: number; codes: string[] } => {
      const { program, diagnostics } = assemble({ roots: ['m.s'], sources: new Map([['m.s', text]]), relax });
      return { size: program!.sections[0]!.size, codes: diagnostics.map(({ code }) => code) };
    };
    const use = ' .globl _start\n_start: la a0, x\n ret\n .data\n .skip 1000\nx: .word 1\n';
    const set = ' .option push\n .option norelax\n la gp, __global_pointer$\n .option pop\n';
    assert.deepEqual(link(use), { size: 10, codes: [] });
    assert.deepEqual(link(use, true), { size: 6, codes: ['gp-not-set'] });
    assert.deepEqual(link(set + use), { size: 14, codes: [] });
    assert.deepEqual(link(set + use, false), { size: 18, codes: [] });
  });

  it('names every use of what is not defined, and both places of what is twice', () => {
    const sources = new Map([
      ['a.s', '.globl f, counter\nf: call g\n la a0, countr\n'],
      ['b.s', '.globl f\nf: ret\n call g\n.data\ncounter: .dword g\n'],
    ]);
    const { diagnostics } = assemble({ roots: ['a.s', 'b.s'], sources });
    const places = diagnostics.map(({ code, file, range }) => `${code} ${file}:${range.start.line + 1}`);
    assert.deepEqual(places.sort(), [
      'duplicate-symbol b.s:2',
      'undefined-symbol a.s:2',
      'undefined-symbol a.s:3',
      'undefined-symbol b.s:3',
      'undefined-symbol b.s:5',
    ]);
    const duplicate = diagnostics.find(({ code }) => code === 'duplicate-symbol')!;
    assert.deepEqual(
      duplicate.related?.map(({ file, range }) => [file, range.start.line]),
      [['a.s', 1]],
    );
    const misspelt = diagnostics.find(({ message }) => message.includes("'countr'"))!;
    assert.deepEqual(misspelt.suggestions, ['counter']);
  });

  describe('linker scripts', () => {
    const folder = 'test/linker/linker-scripts';
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.ld'))) {
      it(`${name}: the same sections, bytes and symbols`, () => {
        const script = resolve(folder, name);
        withFolder((temporary) => {
          const { object } = gnuAssemble(
            temporary,
            readFileSync(`${folder}/guest.s`, 'utf8'),
            'guest',
            gnuMarch,
            relaxing,
          );
          for (const relax of [true, false]) {
            const gnu = gnuLink(temporary, [object], 0n, relax, script);
            assert.ok(gnu.program, gnu.output);
            const sources = new Map([object, script].map((file) => [file, new Uint8Array(readFileSync(file))]));
            assertEqualPrograms(assemble({ roots: [object], sources, relax, linkerScript: script }), gnu.program);
          }
        });
      });
    }
  });
});
