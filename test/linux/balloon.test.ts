import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FRAME } from '../../simulator/mmu/address';
import { boot, kernel, needsKernel } from './shell';

/**
 * Linux's own driver of the balloon. LINUX_MODULES names a folder with `virtio_mmio.ko` and `virtio_balloon.ko` of the kernel, not compressed;
 * what else it takes, `shell.ts` says.
 */
const modulesFolder = process.env['LINUX_MODULES'];
const MODULES = ['virtio_mmio.ko', 'virtio_balloon.ko'];

const MEMORY = 256 * 2 ** 20;
const SMALL = 160 * 2 ** 20;
const MEGABYTE = 2 ** 20;

describe('Debian’s Linux with a balloon', () => {
  before(function () {
    needsKernel.call(this);
    if (modulesFolder === undefined) this.skip();
  });

  for (const virtualization of ['full', 'hardware'] as const)
    it(`gives memory to its host, tells of it, and has it again (${virtualization})`, () => {
      const modules = MODULES.map((name) => [name, readFileSync(path.join(modulesFolder ?? '', name))] as const);
      const shell = boot(
        kernel(),
        { virtualization, memory: MEMORY, devices: ['balloon'] },
        Object.fromEntries(modules),
      );
      const { system, type, run, output } = shell;
      const { vm } = system;
      assert.ok(vm);
      const free = (): number => {
        type('cat /proc/meminfo', 'VmallocChunk');
        const found = [...output().matchAll(/MemFree: +(\d+) kB/g)].at(-1)?.[1];
        assert.ok(found !== undefined);
        return Number(found) * 1024;
      };
      for (const name of MODULES) type(`insmod /${name}; echo $((40 + 2))`, '42');
      const before = free();
      const has = vm.memory.count;
      assert.equal(system.setMemoryTarget(system.guest, SMALL), undefined);
      run(400_000_000);
      assert.equal(vm.memory.count, SMALL / FRAME);
      const less = free();
      console.log(
        `        MemFree ${before / MEGABYTE} MiB, with a target of ${SMALL / MEGABYTE} MiB ${less / MEGABYTE} MiB`,
      );
      const gone = (has - vm.memory.count) * FRAME;
      assert.ok(Math.abs(before - less - gone) < 8 * MEGABYTE, `${before} - ${less}, ${gone}`);
      assert.ok(vm.board.askForStatistics());
      system.machine.inputArrived();
      run(50_000_000);
      const told = vm.board.memoryStatistics?.free;
      assert.ok(told !== undefined && Math.abs(told - less) < 8 * MEGABYTE, `${told}`);
      assert.deepEqual(system.isolationBreaches(), []);
      type('seq 1 1000 | md5sum', '53d025127ae99ab79e8502aae2d9bea6');
      assert.equal(system.setMemoryTarget(system.guest, MEMORY), undefined);
      run(400_000_000);
      assert.equal(vm.memory.count, has);
      const again = free();
      assert.ok(Math.abs(before - again) < 8 * MEGABYTE, `${before} - ${again}`);
      type('seq 1 1000 | md5sum', '53d025127ae99ab79e8502aae2d9bea6');
      assert.deepEqual(system.isolationBreaches(), []);
      shell.powerOff();
    }).timeout(900_000);
});
