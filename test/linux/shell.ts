import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readImage } from '../../simulator/object/image';
import type { Program } from '../../simulator/object/program';
import { System, type SystemConfiguration } from '../../simulator/system/system';
import { initramfs } from './initramfs';

/**
 * A Linux kernel for riscv64 booted to a shell, on demand (`npm run test:linux`): LINUX_KERNEL names its Image, BUSYBOX a static busybox
 * for riscv64.
 */
const kernelFile = process.env['LINUX_KERNEL'];
const busyboxFile = process.env['BUSYBOX'];

/** Skips the tests of a suite where there is no kernel. */
export function needsKernel(this: Mocha.Context): void {
  if (kernelFile !== undefined && busyboxFile !== undefined) return;
  console.log('        LINUX_KERNEL and BUSYBOX name no files: see the comment in test/linux/shell.ts');
  this.skip();
}

export function kernel(): Program {
  const { value, error } = readImage(readFileSync(kernelFile ?? ''), 0x80200000n);
  return value ?? assert.fail(error);
}

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
export interface Shell {
  readonly system: System;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Types a line and waits for a text in the answer. */
  type(line: string, answer: string): void;
  /** Runs for so many instructions more. */
  run(instructions: number): void;
  /** Switches it off by its own command. */
  powerOff(): void;
}

/** @param files beside busybox, by their names */
export function boot(
  program: Program,
  special: Partial<SystemConfiguration>,
  files: { readonly [name: string]: Uint8Array } = {},
): Shell {
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
      initrd: initramfs(readFileSync(busyboxFile ?? ''), files),
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
    run: (instructions) => {
      for (let done = 0; done < instructions; done += SLICE) system.machine.run({ instructions: SLICE });
    },
    powerOff: () => {
      input('poweroff -f');
      let stop = system.machine.run({ instructions: SLICE });
      while (stop.reason === 'limit') stop = system.machine.run({ instructions: SLICE });
      assert.deepEqual(stop, { reason: 'power-off', code: 0 });
    },
  };
}
