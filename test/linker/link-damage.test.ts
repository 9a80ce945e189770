import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLinkWords } from '../../simulator/linker/options';
import { writeExecutable } from '../../simulator/object/elf/writer';
import { assemble } from '../../simulator/project';
import { messages } from '../assembler/assemble';
import { damagedBytes, damagedText } from '../assembler/damage';
import { gnuAssemble, withFolder } from '../assembler/gnu';
import { numbersFrom } from '../support/random';
import { requireTool } from '../support/tools';
import { archived, archiveName, randomScript, scriptedSources } from './random-scripts';

const first = Number(process.env['SEED'] ?? 1);
const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 800);
/** Of processor time, of a link that takes a few milliseconds when nothing is damaged: what is more has no end. */
const mostMilliseconds = 20_000;
const mostBytes = 200_000_000;

/** What a damaged link holds in memory once it is done. */
function linkDamaged(seed: number, files: ReadonlyMap<string, Uint8Array>): { held: number; said: string } {
  const next = numbersFrom(seed * 15485863 + 7);
  const { words, script } = randomScript(next);
  const sources = new Map<string, string | Uint8Array>(files);
  const what = next(3);
  sources.set('own.ld', what === 1 ? script : damagedText(next, script));
  const names = what === 0 ? [] : Array.from({ length: 1 + next(2) }, () => [...files.keys()][next(files.size)]!);
  for (const name of names) sources.set(name, damagedBytes(next, files.get(name)!));
  const { inputs, settings } = parseLinkWords(words);
  const request = { roots: [], inputs, linkSettings: settings, sources, linkerScript: 'own.ld', relax: next(2) === 0 };
  const result = assemble(request);
  const { program } = result;
  assert.ok(program || result.diagnostics.length > 0 || result.missing.length > 0, 'no program, and no word');
  const parts = program ? [...writeExecutable(program.executable!()).pieces, ...program.segments] : [];
  return { held: parts.reduce((sum, { bytes }) => sum + bytes.length, 0), said: messages(result).join('\n') };
}

describe('Linker with damaged scripts, objects and archives', function () {
  requireTool('riscv64-linux-gnu-as');
  this.timeout(0);

  it(`ends soon, in a program or in words (SEED=${first} FUZZ_ROUNDS=${rounds})`, () => {
    withFolder((folder) => {
      for (const [name, text] of Object.entries(scriptedSources)) gnuAssemble(folder, text, name.slice(0, -2));
      execFileSync('riscv64-linux-gnu-ar', ['rcs', archiveName, ...archived], { cwd: folder });
      const names = [...Object.keys(scriptedSources), archiveName];
      const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
      for (let seed = first; seed < first + rounds; seed++) {
        const start = process.cpuUsage();
        try {
          const { held, said } = linkDamaged(seed, files);
          assert.ok(held < mostBytes, `${held} bytes are held\n${said}`);
        } catch (error) {
          assert.fail(`SEED=${seed} FUZZ_ROUNDS=1: ${error instanceof Error ? error.stack : error}`);
        }
        const { user, system } = process.cpuUsage(start);
        const milliseconds = (user + system) / 1000;
        assert.ok(milliseconds < mostMilliseconds, `SEED=${seed} FUZZ_ROUNDS=1: ${milliseconds} ms`);
      }
    });
  });
});
