/** GNU as and objdump, and LLVM's assembler, as judges. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExtensionId } from '../../simulator/isa/extensions';

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

/** What binutils 2.40 knows of the table, but for `newerThanGnu`. */
const MARCH =
  'rv64gch_zicbom_zicbop_zicboz_zihintpause_zawrs_zfh_zba_zbb_zbc_zbs_zbkb_zbkc_zbkx_zknd_zkne_zknh_zksed_zksh_svinval';

/** Extensions that binutils 2.40 does not know: its assembler takes those that it is given as macros, and objdump shows none. */
export const newerThanGnu: Readonly<Partial<Record<ExtensionId, 'macros' | 'unknown'>>> = {
  zicond: 'macros',
  zcb: 'unknown',
};

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

/** The bytes that LLVM's assembler makes of a source. */
export function llvmAssemble(source: string, features: readonly string[]): Uint8Array {
  return inScratchFolder((folder) => {
    const [input, object, binary] = ['in.s', 'out.o', 'out.bin'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(input, source);
    const attributes = features.map((feature) => `+${feature}`).join(',');
    run('llvm-mc-19', ['-triple=riscv64', `-mattr=${attributes}`, '-filetype=obj', '-o', object, input]);
    run('riscv64-linux-gnu-objcopy', ['-O', 'binary', '-j', '.text', object, binary]);
    return new Uint8Array(readFileSync(binary));
  });
}

/** LLVM's text of each instruction of an assembled source, with one space after the mnemonic. */
export function llvmDisassemble(code: Uint8Array, features: readonly string[]): string[] {
  return inScratchFolder((folder) => {
    const input = join(folder, 'code.txt');
    writeFileSync(input, Array.from(code, (byte) => `0x${byte.toString(16)}`).join(' '));
    const attributes = features.map((feature) => `+${feature}`).join(',');
    const output = run('llvm-mc-19', [
      '-triple=riscv64',
      `-mattr=${attributes}`,
      '-M',
      'no-aliases',
      '-disassemble',
      input,
    ]);
    return [...output.matchAll(/^\t([^.\s].*)$/gm)].map(([, text = '']) => text.replace('\t', ' ').replace(/, /g, ','));
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
