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

/** What binutils 2.40 knows of what the machine has. */
const MARCH = 'rv64gch_zicbom_zicboz_zihintpause_zawrs_zba_zbb_zbs_svinval';

/** The bytes of .text that GNU as makes of a source. */
export function gnuAssemble(source: string, march = MARCH): Uint8Array {
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
    // An object file says which extensions the code has.
    const [source, object] = [join(folder, 'code.s'), join(folder, 'code.o')];
    writeFileSync(join(folder, 'code.bin'), code);
    writeFileSync(source, '.incbin "code.bin"\n');
    run('riscv64-linux-gnu-as', [`-march=${MARCH}`, '-mno-relax', '-I', folder, '-o', object, source]);
    const output = run('riscv64-linux-gnu-objdump', ['-D', '-z', '-j', '.text', ...options, object]);
    return [...output.matchAll(/^ *([0-9a-f]+):\t[0-9a-f]+ *\t(.*)$/gm)].map(([, address = '0', text = '']) => ({
      address: Number.parseInt(address, 16),
      text: text
        .replace(/ *#.*$/, '')
        .replace(/\t/, ' ')
        .replace(/([0-9a-f]+) <.*>/, '0x$1')
        .trim(),
    }));
  });
}
