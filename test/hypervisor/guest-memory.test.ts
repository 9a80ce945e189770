import { deepEqual, equal, ok } from 'node:assert/strict';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import type { Vm } from '../../simulator/hypervisor/vm';
import { FRAME } from '../../simulator/mmu/address';
import { Access } from '../../simulator/mmu/index';
import { assembleGuest, makeSystem } from '../support/guest';
import { CODE, smallKernel } from './small-kernel';

/** The last block of the VM's memory, whose frames the machine has here and there. */
const SCATTERED = 0x80e0_0000;
const END = 0x8100_0000;

const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 7 + 3) & 0xff);

describe("a VM's memory", () => {
  let vm: Vm;
  let ram: { read(hpa: number, length: number): Uint8Array };
  before(async () => {
    const { system } = makeSystem(await assembleGuest(smallKernel({ body: '' })), { virtualization: 'full' });
    ok(system.vm);
    vm = system.vm;
    ram = system.machine.core.ram;
  });

  it('is written and read frame by frame, wherever the machine has the frames', () => {
    const [at, bytes] = [SCATTERED + 100, pattern(3 * FRAME)];
    ok(vm.memory.write(at, bytes));
    deepEqual(vm.memory.read(at, bytes.length), bytes);
    for (let byte = 0; byte < bytes.length; byte += 512) {
      const hpa = vm.toHost(at + byte);
      ok(hpa !== undefined);
      equal(ram.read(hpa, 1)[0], bytes[byte]);
    }
  });

  it('is written as a whole or not at all', () => {
    const before = vm.memory.read(END - FRAME, FRAME);
    equal(vm.memory.write(END - FRAME, pattern(FRAME + 1)), false);
    deepEqual(vm.memory.read(END - FRAME, FRAME), before);
    equal(vm.memory.read(END - 1, 2), undefined);
    ok(vm.memory.contains(END - 1, 1));
    equal(vm.memory.contains(END - 1, 2), false);
  });
});

describe("looking at a guest's addresses", () => {
  for (const { id: virtualization } of anyGuestEngines)
    it(`leaves no trace (${virtualization})`, async () => {
      const program = await assembleGuest(smallKernel({ leaves: [CODE], body: '1: j 1b' }));
      const { system } = makeSystem(program, { virtualization });
      system.machine.run({ instructions: 200 });
      const [cpu] = system.guest.cpus;
      const hash = system.stateHash();
      ok(cpu && 'gpa' in cpu.peek(0x4000_0000n, Access.execute));
      equal(system.stateHash(), hash);
    });
});
