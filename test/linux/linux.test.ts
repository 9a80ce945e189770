import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readImage } from '../../simulator/object/image';
import type { Program } from '../../simulator/object/program';
import { ANY_GUEST_VIRTUALIZATIONS, type SystemConfiguration } from '../../simulator/system/system';
import { boot, kernel, needsKernel, type Shell } from './shell';

/** OPENSBI (if given) names OpenSBI's fw_dynamic; what else it takes, `shell.ts` says. */
const openSbiFile = process.env['OPENSBI'];

function bootAndWork(program: Program, special: Partial<SystemConfiguration>): Shell {
  const shell = boot(program, special);
  shell.type('echo $((6 * 7)) is the answer', '42 is the answer');
  shell.type('seq 1 1000 | md5sum', '53d025127ae99ab79e8502aae2d9bea6');
  shell.type('cat /proc/cpuinfo', 'isa');
  shell.powerOff();
  return shell;
}

describe('Debian’s Linux', () => {
  before(needsKernel);

  for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
    it(`boots to a shell (${virtualization})`, () => {
      const { output } = bootAndWork(kernel(), { virtualization });
      assert.match(output(), /SBI specification v3\.0 detected/);
    }).timeout(900_000);

    it(`takes CPUs off line and on again (${virtualization})`, () => {
      const { type, powerOff } = boot(kernel(), { virtualization, harts: 4 });
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

  it('boots to a shell on four harts', () => void bootAndWork(kernel(), { harts: 4 })).timeout(900_000);

  it('boots to a shell above OpenSBI', function () {
    if (openSbiFile === undefined) return this.skip();
    const { value: bios, error } = readImage(readFileSync(openSbiFile), 0x80000000n);
    assert.ok(bios, error);
    bootAndWork(kernel(), { firmware: 'none', bios });
  }).timeout(900_000);
});
