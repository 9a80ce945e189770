import { deepEqual, ok } from 'node:assert/strict';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import type { System } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { smallKernel } from './small-kernel';

/** A page that the guest uses, in the block whose frames the machine has here and there. */
const PAGE = 0x80e0_1000;

const FRAME_BITS = 12;
const PPN_SHIFT = 10;

describe('the isolation checker', () => {
  for (const { id: virtualization } of anyGuestEngines) {
    const run = async () => {
      const program = await assembleGuest(smallKernel({ body: `li s1, ${PAGE}\nsd s1, (s1)\n1: j 1b` }));
      const { system } = makeSystem(program, { virtualization });
      system.machine.run({ instructions: 100 });
      const page = system.vm?.toHost(PAGE);
      ok(system.vm && page !== undefined);
      return { system, vm: system.vm, page };
    };

    it(`is told of each page that a guest reaches, and of the tables that lead there (${virtualization})`, async () => {
      const { vm, page } = await run();
      const reached = new Set<string>();
      const tables = new Set<number>();
      vm.engine.reach({
        memory: (where, _, hpa) => void (hpa === page && reached.add(where)),
        table: (_, __, hpa) => void tables.add(hpa),
        flaw: (where, description) => ok(false, `${where}: ${description}`),
      });
      ok(reached.has('TLB'));
      ok(reached.has(virtualization === 'full' ? 'shadow table' : 'second stage'));
      for (const { root } of vm.vcpus[0]?.tables() ?? []) ok(tables.has(root));
      // A root, a table of large pages, and one of small ones.
      ok(tables.size >= 3);
    });

    it(`finds an entry that leads elsewhere (${virtualization})`, async () => {
      const { system, page } = await run();
      deepEqual(system.isolationBreaches(), []);
      const entry = entryOf(system, page);
      // To machine address 0, where nobody has memory.
      system.machine.core.ram.write32(entry, system.machine.core.ram.read32(entry) & 0x3ff);
      ok(system.isolationBreaches().some(({ where }) => where !== 'TLB'));
    });
  }
});

/** Where in machine memory the leaf is that leads to a page. */
function entryOf(system: System, page: number): number {
  const { ram } = system.machine.core;
  for (const { root } of system.vm?.vcpus[0]?.tables() ?? [])
    for (let at = root; at < root + 0x80_0000; at += 8)
      if (ram.contains(at, 8) && ram.read32(at) >>> PPN_SHIFT === page >>> FRAME_BITS && ram.read32(at) & 2) return at;
  throw new Error('no table has the page');
}
