/** GNU as and objdump as judges. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const gnuTools = ['riscv64-linux-gnu-as', 'riscv64-linux-gnu-objdump', 'riscv64-linux-gnu-objcopy'] as const;

function run(tool: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${tool} failed:\n${stderr}`);
  return stdout;
}

function inScratchFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'gnu-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The bytes of .text that GNU as makes of a source. */
export function gnuAssemble(source: string, march = 'rv64imac_zicsr_zifencei_zihintpause'): Uint8Array {
  return inScratchFolder((folder) => {
    const [input, object, binary] = ['in.s', 'out.o', 'out.bin'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(input, source);
    run('riscv64-linux-gnu-as', [`-march=${march}`, '-mno-relax', '-o', object, input]);
    run('riscv64-linux-gnu-objcopy', ['-O', 'binary', '-j', '.text', object, binary]);
    return new Uint8Array(readFileSync(binary));
  });
}

export interface GnuLine {
  readonly address: number;
  readonly text: string;
}

/** objdump's text of each instruction, with one space after the mnemonic and without its comments. */
export function gnuDisassemble(code: Uint8Array, options: readonly string[] = []): GnuLine[] {
  return inScratchFolder((folder) => {
    const file = join(folder, 'code.bin');
    writeFileSync(file, code);
    const output = run('riscv64-linux-gnu-objdump', ['-D', '-z', '-b', 'binary', '-m', 'riscv:rv64', ...options, file]);
    return [...output.matchAll(/^ *([0-9a-f]+):\t[0-9a-f]+ *\t(.*)$/gm)].map(([, address = '0', text = '']) => ({
      address: Number.parseInt(address, 16),
      text: text
        .replace(/ *#.*$/, '')
        .replace(/\t/, ' ')
        .replace(/<.*>/, '')
        .trim(),
    }));
  });
}
