import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { numbersFrom } from '../support/random';
import { requireTool } from '../support/tools';
import { Client } from './client';
import { type Move, stopsOfGdb } from './gdb';
import { randomCProgram } from './random-c-program';

const start = `
        .section .text.start, "ax"
        .globl  _start, done
_start: la      sp, stack
        call    main
        nop
        .type   done, @function
done:   j       done
        .bss
        .balign 16
        .skip   8192
stack:
`;
const script = `
ENTRY(_start)
SECTIONS { . = 0x80000000; .text : { *(.text.start) *(.text*) } .data : { *(.data* .sdata* .rodata* .srodata*) } .bss : { *(.bss* .sbss* COMMON) } }
`;

const programs = Number(process.env['HYPERSTEP_C_PROGRAMS'] ?? 3);
const first = Number(process.env['HYPERSTEP_C_SEED'] ?? 1);

describe('stops in C are those of gdb', () => {
  requireTool('riscv64-linux-gnu-gcc');
  requireTool('gdb-multiarch');
  requireTool('qemu-system-riscv64');
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-c-'));

  const build = (name: string, source: string, level: string): string => {
    writeFileSync(path.join(folder, 'start.S'), start);
    writeFileSync(path.join(folder, 'script.ld'), script);
    writeFileSync(path.join(folder, 'main.c'), source);
    const image = path.join(folder, `${name}${level}.elf`);
    const options = ['-march=rv64imac', '-mabi=lp64', '-mcmodel=medany', '-nostdlib', '-static', '-ffreestanding'];
    const linking = ['-T', 'script.ld', '-Wl,--build-id=none,--no-warn-rwx-segments', '-o', image, 'start.S', 'main.c'];
    execFileSync('riscv64-linux-gnu-gcc', ['-g', ...level.split(' '), ...options, ...linking], { cwd: folder });
    return image;
  };

  it('whoever has linked the program', async () => {
    const source = randomCProgram(first);
    const image = build('linked', source, '-O2');
    const options = ['-g', '-O2', '-march=rv64imac', '-mabi=lp64', '-mcmodel=medany', '-ffreestanding', '-c', 'main.c'];
    execFileSync('riscv64-linux-gnu-gcc', options, { cwd: folder });
    const moves = randomMoves(first, source.split('\n').length);
    const own = { program: ['start.S', 'main.o'].map((each) => path.join(folder, each)) };
    const linkerScript = path.join(folder, 'script.ld');
    const file = path.join(folder, 'main.c');
    assert.deepEqual(
      await ourStops(own.program, file, moves, { linkerScript, march: 'rv64imac', mabi: 'lp64' }),
      await ourStops(image, file, moves),
    );
  });

  for (const level of process.env['HYPERSTEP_C_LEVELS']?.split(',') ?? ['-O0', '-O1', '-O2']) {
    for (let seed = first; seed < first + programs; seed++) {
      it(`random program ${seed}, ${level}`, async () => {
        const source = randomCProgram(seed);
        const image = build(`random${seed}`, source, level);
        const moves = randomMoves(seed, source.split('\n').length);
        const [ours, theirs] = [
          await ourStops(image, path.join(folder, 'main.c'), moves),
          await stopsOfGdb(image, moves),
        ];
        const shown = (stops: readonly string[]): string =>
          stops.map((stop, index) => `${index === 0 ? 'main' : JSON.stringify(moves[index - 1])}: ${stop}`).join('\n');
        assert.equal(shown(ours), shown(theirs), source);
      });
    }
  }
});

function randomMoves(seed: number, lines: number): Move[] {
  const next = numbersFrom(seed + 1000);
  const kinds: Move[] = ['next', 'next', 'next', 'step', 'step', 'finish'];
  return Array.from({ length: 40 }, () =>
    next(8) === 0 ? { to: 1 + next(lines) } : (kinds[next(kinds.length)] ?? 'next'),
  );
}

async function ourStops(
  program: string | string[],
  source: string,
  moves: readonly Move[],
  attributes: object = {},
): Promise<string[]> {
  const client = new Client();
  const machine = { virtualization: 'none', firmware: 'none', stopOnEntry: true };
  await client.launch(program as string, { ...machine, ...attributes } as object);
  await client.stopped();
  const atDone = { name: 'done' };
  const setFunctions = (...breakpoints: object[]) => client.request('setFunctionBreakpoints', { breakpoints });
  await setFunctions(atDone, { name: 'main' });
  await client.go('continue');
  await setFunctions(atDone);
  const stops: string[] = [];
  const note = async (): Promise<string> => {
    const [top] = await client.stack();
    // A symbol says more than debug information: where in the function, in which mode, what a compiler has made of it.
    const name = (top?.name ?? '').replace(/[+ ].*/, '').replace(/\.(part|constprop|isra)\..*/, '');
    stops.push(`${top?.source?.name}:${top?.line} at ${top?.instructionPointerReference} in ${name}`);
    return name;
  };
  let name = await note();
  for (const move of moves) {
    if (name === 'done') break;
    if (typeof move === 'object') {
      await client.breakAt(source, [move.to]);
      await client.go('continue');
      await client.breakAt(source, []);
    } else {
      const isOutermost = name === 'main' || name === '_start';
      await client.go(move === 'step' ? 'stepIn' : move === 'finish' && !isOutermost ? 'stepOut' : 'next');
    }
    name = await note();
  }
  await client.request('disconnect');
  return stops;
}
