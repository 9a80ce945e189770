import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readImage } from '../../simulator/object/image';
import type { Program } from '../../simulator/object/program';
import { ANY_GUEST_VIRTUALIZATIONS, System, type SystemConfiguration } from '../../simulator/system/system';
import { initramfs } from './initramfs';

/**
 * Boots a Linux kernel for riscv64 to a shell, on demand (`npm run test:linux`): LINUX_KERNEL names its Image, BUSYBOX a static busybox
 * for riscv64, OPENSBI (if given) OpenSBI's fw_dynamic.
 */
const kernelFile = process.env['LINUX_KERNEL'];
const busyboxFile = process.env['BUSYBOX'];
const openSbiFile = process.env['OPENSBI'];

const PROMPT = '~ # ';
const SLICE = 5_000_000;
const LIMIT = 20_000_000_000;

/** Runs until the console has printed `text` after what it had printed before. */
function runUntil(system: System, output: () => string, text: string): void {
  const from = output().length;
  for (let done = 0; done < LIMIT; done += SLICE) {
    const stop = system.machine.run({ instructions: SLICE });
    if (output().indexOf(text, from) >= 0) return;
    assert.ok(
      stop.reason === 'limit' || stop.reason === 'waiting-for-input',
      `the machine stopped: ${stop.reason}\n${output().slice(-2000)}`,
    );
  }
  assert.fail(`'${text}' was never printed:\n${output().slice(-2000)}`);
}

/** A Linux that has come to its prompt. */
interface Shell {
  readonly system: System;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Types a line and waits for a text in the answer. */
  type(line: string, answer: string): void;
  /** Switches it off by its own command. */
  powerOff(): void;
}

function boot(program: Program, special: Partial<SystemConfiguration>): Shell {
  const bytes: number[] = [];
  const output = (): string => new TextDecoder().decode(Uint8Array.from(bytes));
  const started = process.hrtime.bigint();
  const system = new System(
    {
      virtualization: 'none',
      firmware: 'sbi',
      memory: 256 * 1024 * 1024,
      harts: 1,
      disks: [],
      onIllegal: 'trap',
      console: (byte) => bytes.push(byte),
      bootArguments: 'console=ttyS0 earlycon=sbi',
      initrd: initramfs(readFileSync(busyboxFile ?? '')),
      ...special,
    },
    program,
  );
  runUntil(system, output, PROMPT);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { retired } = system.machine.clock;
  console.log(`        shell after ${seconds.toFixed(1)} s, ${(retired / 1e6).toFixed(0)} million instructions`);
  const input = (line: string): void => system.input(new TextEncoder().encode(`${line}\n`));
  return {
    system,
    output,
    type: (line, answer) => {
      input(line);
      runUntil(system, output, answer);
    },
    powerOff: () => {
      input('poweroff -f');
      let stop = system.machine.run({ instructions: SLICE });
      while (stop.reason === 'limit') stop = system.machine.run({ instructions: SLICE });
      assert.deepEqual(stop, { reason: 'power-off', code: 0 });
    },
  };
}

function bootAndWork(program: Program, special: Partial<SystemConfiguration>): Shell {
  const shell = boot(program, special);
  shell.type('echo $((6 * 7)) is the answer', '42 is the answer');
  shell.type('seq 1 1000 | md5sum', '53d025127ae99ab79e8502aae2d9bea6');
  shell.type('cat /proc/cpuinfo', 'isa');
  shell.powerOff();
  return shell;
}

describe('Debian’s Linux', () => {
  before(function () {
    if (kernelFile === undefined || busyboxFile === undefined) {
      console.log('        LINUX_KERNEL and BUSYBOX name no files: see the comment in this test');
      this.skip();
    }
  });

  const program = (): Program => {
    const { value, error } = readImage(readFileSync(kernelFile ?? ''), 0x80200000n);
    return value ?? assert.fail(error);
  };

  for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
    it(`boots to a shell (${virtualization})`, () => {
      const { output } = bootAndWork(program(), { virtualization });
      assert.match(output(), /SBI specification v3\.0 detected/);
    }).timeout(900_000);

    it(`takes CPUs off line and on again (${virtualization})`, () => {
      const { type, powerOff } = boot(program(), { virtualization, harts: 4 });
      const cpus = '/sys/devices/system/cpu';
      for (const cpu of [1, 3, 1]) {
        const left = cpu === 1 ? '0,2-3' : '0-2';
        type(`echo 0 > ${cpus}/cpu${cpu}/online; cat ${cpus}/online`, `\n${left}\r\n`);
        type('seq 1 1000 | md5sum', '53d025127ae99ab79e8502aae2d9bea6');
        type(`echo 1 > ${cpus}/cpu${cpu}/online; cat ${cpus}/online`, '\n0-3\r\n');
      }
      // All but one, and all of them again, each with work of its own.
      const each = (value: number) => [1, 2, 3].map((cpu) => `echo ${value} > ${cpus}/cpu${cpu}/online`).join('; ');
      type(`${each(0)}; cat ${cpus}/online`, '\n0\r\n');
      type(`${each(1)}; cat ${cpus}/online`, '\n0-3\r\n');
      for (const cpu of [0, 1, 2, 3])
        type(`taskset ${1 << cpu} seq 1 1000 | md5sum`, '53d025127ae99ab79e8502aae2d9bea6');
      powerOff();
    }).timeout(900_000);
  }

  it('boots to a shell on four harts', () => void bootAndWork(program(), { harts: 4 })).timeout(900_000);

  it('boots to a shell above OpenSBI', function () {
    if (openSbiFile === undefined) return this.skip();
    const { value: bios, error } = readImage(readFileSync(openSbiFile), 0x80000000n);
    assert.ok(bios, error);
    bootAndWork(program(), { firmware: 'none', bios });
  }).timeout(900_000);
});
