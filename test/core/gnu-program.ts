/** Bare-metal programs by GNU as and ld, and QEMU to run them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const gnuProgramTools = ['riscv64-linux-gnu-as', 'riscv64-linux-gnu-ld', 'riscv64-linux-gnu-objcopy'] as const;

function run(tool: string, args: readonly string[], timeout = 20000): string {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { encoding: 'latin1', timeout, maxBuffer: 1 << 28 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${tool} failed (${status}):\n${stderr.slice(0, 2000)}`);
  return stdout;
}

export function inScratchFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'core-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What binutils 2.40 and QEMU 7.2 have of the machine. */
const MARCH = 'rv64gch_zicbop_zihintpause_zba_zbb_zbc_zbs_zbkb_zbkc_zbkx_svinval';

/** The memory image of a program at 0x80000000. */
export function assembleImage(source: string): Uint8Array {
  return inScratchFolder((folder) => {
    const [input, object, elf, image] = ['in.s', 'in.o', 'in.elf', 'in.bin'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(input, source);
    run('riscv64-linux-gnu-as', [`-march=${MARCH}`, '-mno-relax', '-o', object, input]);
    run('riscv64-linux-gnu-ld', ['--no-relax', '-Ttext=0x80000000', '-e', '0x80000000', '-N', '-o', elf, object]);
    run('riscv64-linux-gnu-objcopy', ['-O', 'binary', elf, image]);
    return new Uint8Array(readFileSync(image));
  });
}

/** The extensions that this machine has, of QEMU's default processor. */
const QEMU_CPU = 'rv64,h=on,sstc=off,zbc=on,zbkb=on,zbkc=on,zbkx=on,svinval=on';

/** What the program prints on QEMU's UART until it stops the machine. */
export function runOnQemu(image: Uint8Array, timeout = 20000): string {
  return inScratchFolder((folder) => {
    const file = join(folder, 'image.bin');
    const output = join(folder, 'output.txt');
    writeFileSync(file, image);
    const machine = ['-M', 'virt', '-cpu', QEMU_CPU, '-m', '64M', '-icount', 'shift=0', '-bios', file];
    run(
      'qemu-system-riscv64',
      [...machine, '-display', 'none', '-monitor', 'none', '-serial', `file:${output}`],
      timeout,
    );
    return readFileSync(output, 'latin1');
  });
}
