import assert from 'node:assert/strict';
import path from 'node:path';
import { exitReasons } from '../../debug-adapter/breakpoints/exceptions';
import { virtualizationTable } from '../../extension/language-server/ide/descriptions/virtualization';
import { engines } from '../../simulator/hypervisor/engines';
import { exitKindNamed } from '../../simulator/hypervisor/engines/registry';
import { kindsByCause } from '../../simulator/hypervisor/exits/exit-kind';
import { Csr } from '../../simulator/isa';
import { VIRTUALIZATIONS } from '../../simulator/system/system';
import { buildGuest, guestFolder, makeSystem } from '../support/guest';

const LIMIT = 20_000_000;

describe('kinds of exits', () => {
  for (const { id: virtualization, exits } of engines) {
    it(`are told apart by their names and by their causes (${virtualization})`, () => {
      assert.equal(new Set(exits.map(({ id }) => id)).size, exits.length);
      for (const kind of exits) {
        assert.equal(exitKindNamed(kind.id), kind);
        for (const cause of kind.causes ?? []) assert.equal(kindsByCause(exits)[cause], kind);
      }
    });

    it(`are filters of the debugger (${virtualization})`, () => {
      for (const { id } of exits) assert.equal(exitReasons.filter((reason) => reason === id).length, 1);
    });

    for (const guest of virtualization === 'para'
      ? []
      : ['accessed-dirty.S', 'external-interrupt.S', 'illegal.S', 'timer.S']) {
      it(`of ${guest} are those that its engine has (${virtualization})`, async () => {
        const { system } = makeSystem(await buildGuest(path.join(guestFolder, guest)), { virtualization });
        system.machine.run({ instructions: LIMIT });
        const reasons = system.vm?.ledger.counts().map(({ reason }) => reason) ?? [];
        assert.ok(reasons.length > 1);
        assert.deepEqual(
          reasons.filter((reason) => !exits.some(({ id }) => id === reason)),
          [],
        );
      });
    }
  }

  it('have a row for each engine where an instruction is explained', () => {
    const rows = virtualizationTable(undefined, Csr.satp).matchAll(/^\| `(\w+)` \|/gm);
    assert.deepEqual(
      [...rows].map(([, id]) => id),
      VIRTUALIZATIONS,
    );
  });
});
