import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { guestFolder, testDisk } from '../support/guest';
import { PRINTS } from '../support/small-guests';
import { BuiltCli } from './built-cli';

/** Writes to its disk that it was there, and resets itself; when it finds that, it ends. */
const RESETS_ONCE = `
        .include "lib.inc"
        .include "blk.inc"
main:   call    blk_init
        li      a0, 0
        li      a1, 5
        la      a2, buffer
        li      a3, 512
        call    blk
        la      t0, buffer
        lbu     t1, (t0)
        li      t2, '!'
        beq     t1, t2, shutdown
        sb      t2, (t0)
        li      a0, 1
        li      a1, 5
        la      a2, buffer
        li      a3, 512
        call    blk
        li      a7, 0x53525354
        li      a6, 0
        li      a0, 1
        li      a1, 0
        ecall
        .bss
        .balign 4096
buffer: .skip   512
`;

const SAME = /ends in the state in which the recorded run ended/;

describe('records of the command line', () => {
  const cli = new BuiltCli();
  before(() => cli.build());
  after(() => cli.remove());

  it('of a crash replay as the crash', () => {
    const guest = cli.write('loop.S', '_start: li t0, 0x18000000\n csrw stvec, t0\n ebreak\n');
    for (const engine of ['none', 'full', 'hardware']) {
      const record = cli.path('crash.rec');
      assert.equal(cli.run('run', guest, '--virtualization', engine, '--record', record).status, 1);
      const { status, stderr } = cli.run('run', guest, '--replay', record);
      assert.match(stderr, SAME);
      assert.equal(status, 0);
    }
  });

  it('of a guest that writes to its disk replay, in place and on a copy', () => {
    const guest = path.join(guestFolder, 'blk-write.S');
    for (const how of ['', ',rw']) {
      const record = cli.path('disk.rec');
      cli.run('run', guest, '--disk', `${cli.write('disk.img', testDisk())}${how}`, '--record', record);
      assert.match(cli.run('run', guest, '--replay', record).stderr, SAME);
    }
  });

  it('of a guest that resets itself replay through all its starts', () => {
    const guest = cli.write('resets.S', RESETS_ONCE);
    const include = ['-I', guestFolder];
    for (const how of ['', ',rw']) {
      const disk = cli.write('reset.img', testDisk());
      const record = cli.path('reset.rec');
      const first = cli.run('run', guest, ...include, '--disk', `${disk}${how}`, '--record', record);
      assert.equal(first.status, 0, first.stderr);
      assert.match(cli.run('run', guest, ...include, '--replay', record).stderr, SAME);
    }
  });

  it('of a saved machine that goes on replay with the saved machine', () => {
    const guest = path.join(guestFolder, 'remap.S');
    const [saved, record] = [cli.path('saved.snap'), cli.path('goes-on.rec')];
    cli.run('run', guest, '--max-instructions', '2000', '--save', saved);
    assert.equal(cli.run('run', '--restore', saved, '--record', record).status, 0);
    assert.match(cli.run('run', '--restore', saved, '--replay', record).stderr, SAME);
    assert.match(cli.run('run', guest, '--replay', record).stderr, /went on from a saved machine/);
  });

  it('say what is not as it was recorded', () => {
    const guest = cli.write('one.S', '_start: li a7, 8\n ecall\n');
    const other = cli.write('other.S', '_start: nop\n li a7, 8\n ecall\n');
    const [initrd, another] = [cli.write('initrd', 'abc'), cli.write('another', 'abd')];
    const record = cli.path('one.rec');
    cli.run('run', guest, '--initrd', initrd, '--append', 'quiet', '--record', record);
    const told = (...words: string[]): string => {
      const { status, stderr } = cli.run('run', ...words, '--replay', record);
      assert.equal(status, 2);
      return stderr;
    };
    assert.match(told(other, '--initrd', initrd), /the program is another one/);
    assert.match(told(guest, '--initrd', another), /the initial RAM disk \(--initrd\) is another one/);
    assert.match(told(guest), /had initial RAM disk \(--initrd\), and none is given/);
    assert.match(told(guest, '--initrd', initrd, '--append', 'loud'), /--append\) were "quiet" and are "loud"/);
    assert.match(told(guest, '--initrd', initrd, '--memory', '32M'), /--memory was 67108864 and is 33554432/);
    assert.match(cli.run('run', guest, '--initrd', initrd, '--replay', record).stderr, SAME);
  });

  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    for (const [how, text] of Object.entries({ works: '1: j 1b\n', waits: '1: wfi\n j 1b\n' }))
      it(`are written, with report and snapshot, when ${signal} ends a guest that ${how}`, async () => {
        const guest = cli.write(`${how}.S`, `${PRINTS}${text}`);
        const files = ['record', 'report', 'save'].map((option) => [
          `--${option}`,
          cli.path(`${how}.${signal}.${option}`),
        ]);
        const child = spawn(process.execPath, [cli.file, 'run', guest, ...files.flat()], {
          stdio: ['pipe', 'pipe', 'ignore'],
        });
        const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
        await once(child.stdout, 'data');
        child.kill(signal);
        assert.equal(await ended, status);
        for (const [, file] of files) assert.ok(existsSync(file ?? ''), file);
        assert.match(cli.run('run', guest, '--replay', files[0]?.[1] ?? '').stderr, SAME);
      });
});
