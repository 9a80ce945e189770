import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { abiNames } from '../../simulator/assembler/encode/abi';
import { architectureOf } from '../../simulator/assembler/encode/architecture';
import { predefined } from '../../simulator/assembler/preprocess/predefined';
import { type AssembleResult, assemble, type FileOptions, parseProject } from '../../simulator/project';
import { requireTool } from '../support/tools';
import { assembleText, messages } from './assemble';
import { withFolder } from './gnu';

/** Offset of e_flags in an ELF64 header. */
const flagsOffset = 0x30;

/** The e_flags that GNU as gives an object; undefined where it refuses. */
function gnuFlags(folder: string, march: string, mabi: string | undefined, source: string): number | undefined {
  const [input, object] = [join(folder, 'in.s'), join(folder, 'out.o')];
  writeFileSync(input, source);
  const options = [`-march=${march}`, ...(mabi === undefined ? [] : [`-mabi=${mabi}`]), '-o', object, input];
  if (spawnSync('riscv64-linux-gnu-as', options).status !== 0) return undefined;
  return readFileSync(object).readUInt32LE(flagsOffset);
}

describe('-mabi', function () {
  requireTool('riscv64-linux-gnu-as');
  this.timeout(120_000);

  it('marks objects as GNU as does, and is refused where the registers for it are missing', () => {
    const marches = [
      'rv64i',
      'rv64imac',
      'rv64if',
      'rv64g',
      'rv64gc',
      'rv64gcq',
      'rv64i_zfinx',
      'rv64i_zdinx',
      'rv64i_zfh',
    ];
    const others = ['ilp32', 'ilp32d', 'ilp32e', 'lp64e', 'LP64', 'lp64 '];
    const sources = [
      'nop\n',
      '',
      '.option arch, +d\nnop\n',
      '.option arch, rv64i\nnop\n',
      '.option push\n.option arch, +q\n.option pop\n',
    ];
    withFolder((folder) => {
      for (const march of marches) {
        for (const mabi of [undefined, ...abiNames, ...others]) {
          for (const source of sources) {
            const { units, diagnostics } = assembleText(source, { march, ...(mabi === undefined ? {} : { mabi }) });
            const refused = diagnostics.some(({ severity }) => severity === 'error');
            const ours = refused ? undefined : units[0]?.object.flags;
            assert.equal(ours, gnuFlags(folder, march, mabi, source), `${march} ${mabi} ${source}`);
          }
        }
      }
    });
  });

  it('says what would be right', () => {
    assert.deepEqual(messages(assembleText('nop\n', { march: 'rv64imac', mabi: 'lp64d' })), [
      "1: error: -mabi 'lp64d' passes double-precision floats in registers of extension d, which the instruction set does not have",
    ]);
    assert.deepEqual(messages(assembleText('nop\n', { mabi: 'ilp32' })), [
      "1: error: -mabi 'ilp32' is for RV32: it is lp64, lp64f, lp64d or lp64q",
    ]);
    assert.deepEqual(messages(assembleText('nop\n', { march: 'rv32i', mabi: 'ilp32' })).length, 1);
  });

  it('decides which macro tells of it, as in gcc', () => {
    requireTool('riscv64-linux-gnu-gcc');
    for (const [march, mabi] of [
      ['rv64gc', 'lp64'],
      ['rv64gc', 'lp64f'],
      ['rv64gc', 'lp64d'],
      ['rv64imafc', 'lp64f'],
      ['rv64imac', 'lp64'],
    ] as const) {
      const options = [`-march=${march}`, `-mabi=${mabi}`, '-dM', '-E', '-x', 'assembler-with-cpp', '/dev/null'];
      const { stdout } = spawnSync('riscv64-linux-gnu-gcc', options, { encoding: 'utf8' });
      const theirs = [...stdout.matchAll(/^#define (__riscv_float_abi_\w+) 1$/gm)].map(([, name]) => name);
      const ours = Object.keys(predefined(architectureOf(march).architecture, mabi)).filter((name) =>
        name.includes('_abi_'),
      );
      assert.deepEqual(ours, theirs, `${march} ${mabi}`);
    }
  });

  it('must be the same in all objects of a program, whatever they hold', () => {
    const kinds = { soft: 'lp64', single: 'lp64f', double: 'lp64d', quad: 'lp64q' };
    withFolder((folder) => {
      for (const [a, first] of Object.entries(kinds)) {
        for (const [b, second] of Object.entries(kinds)) {
          const texts = { a: '.global _start\n_start: nop\n', b: '.data\n.word 1\n' };
          const objects = Object.entries(texts).map(([name, text]) => {
            writeFileSync(join(folder, `${name}.s`), text);
            const object = join(folder, `${name}.o`);
            const options = ['-march=rv64gcq', `-mabi=${name === 'a' ? first : second}`, '-o', object];
            assert.equal(spawnSync('riscv64-linux-gnu-as', [...options, join(folder, `${name}.s`)]).status, 0);
            return object;
          });
          const ld = spawnSync('riscv64-linux-gnu-ld', [...objects, '-o', join(folder, 'out')], { encoding: 'utf8' });
          const theirs = /can't link .* modules/.exec(ld.stderr)?.[0].replace("can't", 'cannot');
          const { diagnostics } = assemble({
            march: 'rv64gcq',
            roots: ['main.s', 'b.s'],
            sources: new Map(Object.entries({ 'main.s': texts.a, 'b.s': texts.b })),
            files: { 'main.s': { mabi: first }, 'b.s': { mabi: second } },
          });
          const ours = diagnostics.find(({ code }) => code === 'float-abi');
          assert.equal(/cannot link .* modules(?=:)/.exec(ours?.message ?? '')?.[0], theirs, `${a} ${b}`);
          if (ours) assert.equal(ours.file, 'b.s');
        }
      }
    });
  });

  it('of the rest of the program is that of a source for which nobody said one', () => {
    const link = (files: Record<string, FileOptions>): AssembleResult =>
      assemble({
        roots: ['main.s', 'b.s'],
        sources: new Map([
          ['main.s', 'nop\n'],
          ['b.s', 'nop\n'],
        ]),
        files,
      });
    assert.deepEqual(messages(link({ 'b.s': { march: 'rv64imac' } })), []);
    assert.deepEqual(messages(link({ 'main.s': { mabi: 'lp64f' } })), []);
    assert.deepEqual(messages(link({ 'main.s': { march: 'rv64gc' }, 'b.s': { march: 'rv64imac' } })), [
      "1: error: cannot link soft-float modules with double-float modules: this is for -mabi=lp64, 'main.s' for lp64d",
    ]);
  });

  it('stands in a project file, for the program and for single files', () => {
    const { description, problems } = parseProject('{"mabi": "lp64", "files": {"a.S": {"mabi": "lp64f"}}}');
    assert.deepEqual(problems, []);
    assert.equal(description.mabi, 'lp64');
    assert.deepEqual(description.files, { 'a.S': { mabi: 'lp64f' } });
    assert.deepEqual(parseProject('{"mabi": "eabi"}').problems, [
      '"mabi" must be "lp64" or "lp64f" or "lp64d" or "lp64q", not "eabi"',
    ]);
  });
});
