import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeExecutable } from '../../simulator/object/elf/writer';
import type { Program } from '../../simulator/object/program';
import { testDisk } from '../support/guest';

/** The last line of OpenSBI's banner: what follows is the guest's. */
const BANNER_END = /^Boot HART MEDELEG.*\r?\n/m;
const TIME_LIMIT_MS = 60_000;

/** What a guest prints on QEMU's `virt` machine above OpenSBI. @throws Error when it does not power off in time */
export function runOnQemu(program: Program, { memory = '16M', disk: image = testDisk() } = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-qemu-'));
  try {
    const inFolder = (name: string): string => path.join(folder, name);
    const [kernel, disk, console] = [inFolder('guest.elf'), inFolder('disk.img'), inFolder('console')];
    writeFileSync(kernel, writeExecutable(program.executable!()).slice());
    writeFileSync(disk, image);
    const result = spawnSync(
      'qemu-system-riscv64',
      // biome-ignore format: one option a line
      [
        '-M', 'virt',
        '-m', memory,
        '-icount', 'shift=0',
        '-display', 'none',
        // To a pipe whose reader is late, the last character may be lost.
        '-serial', `file:${console}`,
        '-monitor', 'none',
        '-global', 'virtio-mmio.force-legacy=false',
        '-drive', `file=${disk},format=raw,if=none,id=disk`,
        '-device', 'virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0',
        '-kernel', kernel,
      ],
      { input: '', timeout: TIME_LIMIT_MS, encoding: 'latin1' },
    );
    const printed = existsSync(console) ? readFileSync(console, 'latin1') : '';
    const banner = BANNER_END.exec(printed);
    if (result.status !== 0 || !banner)
      throw new Error(`QEMU ended with ${result.status ?? result.signal}: ${printed}${result.stderr}`);
    return printed
      .slice(banner.index + banner[0].length)
      .replaceAll('\r', '')
      .replace(/^\n/, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
