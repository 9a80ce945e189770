import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseLinkWords } from '../../simulator/linker/options';
import { writeExecutable } from '../../simulator/object/elf/writer';
import { assemble } from '../../simulator/project';
import { messages } from '../assembler/assemble';

export interface LinkedByBoth {
  /** Where the programs are; undefined when their linker refused. */
  readonly gnu: string | undefined;
  readonly own: string | undefined;
  /** What both said. */
  readonly said: string;
}

/** Links with GNU ld and with ours, by the same words. Paths are seen from the folder. */
export function linkBoth(
  folder: string,
  words: readonly string[],
  script?: string,
  relax = false,
  timeout = 20_000,
): LinkedByBoth {
  const scriptName = 'own.ld';
  if (script !== undefined) writeFileSync(join(folder, scriptName), script);
  const [gnuPath, ownPath] = [join(folder, 'gnu.elf'), join(folder, 'own.elf')];
  const chosen = script === undefined ? [] : ['-T', scriptName];
  const gnu = spawnSync(
    'riscv64-linux-gnu-ld',
    [relax ? '--relax' : '--no-relax', ...words, ...chosen, '-o', gnuPath],
    { encoding: 'utf8', cwd: folder, timeout },
  );
  const { inputs, settings, problems } = parseLinkWords(words);
  assert.deepEqual(problems, []);
  const sources = new Map<string, Uint8Array>();
  const absent = new Set<string>();
  const linkerScript = script === undefined ? undefined : scriptName;
  for (let round = 0; round < 10; round++) {
    const request = { roots: [], inputs, linkSettings: settings, sources, absent, relax, linkerScript };
    const ours = assemble(request);
    for (const path of ours.missing) {
      const place = resolve(folder, path);
      if (existsSync(place)) sources.set(path, new Uint8Array(readFileSync(place)));
      else absent.add(path);
    }
    if (ours.missing.length > 0) continue;
    const said = `${gnu.stderr}\n${messages(ours).join('\n')}`;
    if (ours.program) writeFileSync(ownPath, writeExecutable(ours.program.executable!()).slice());
    return {
      gnu: gnu.status === 0 ? gnuPath : undefined,
      own: ours.program && ownPath,
      said,
    };
  }
  assert.fail('files are missing for ever');
}
