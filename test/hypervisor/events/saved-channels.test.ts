import assert from 'node:assert/strict';
import type { PlainValue } from '../../../simulator/schema/state/plain';
import type { Snapshot } from '../../../simulator/system/snapshot';
import type { System } from '../../../simulator/system/system';
import { withChange } from '../../support/changed-fields';
import { makePuppets } from '../../support/puppets';

const EVENTS = ['parts', 'machine', 'parts', 'vmm', 'parts', 'events', 'state', 'vms'];
const WAIT = [
  'parts',
  'machine',
  'parts',
  'vmm',
  'parts',
  'vm1',
  'parts',
  'machine',
  'parts',
  'vcpu0',
  'state',
  'wait',
];

describe('saved event channels', () => {
  let system: System;
  let snapshot: Snapshot;
  before(async () => {
    const made = await makePuppets(['full', 'hardware'], { vcpus: 2 });
    system = made.system;
    const [one, two] = made.puppets;
    assert.ok(one && two);
    const { value: mine } = one.event('alloc_unbound', 1);
    const { value: others } = two.event('bind', 0, mine);
    one.event('virq', 1);
    one.event('ipi', 1);
    two.event('alloc_unbound', 0);
    two.clearPending(others);
    two.poll([others]);
    system.machine.run({ instructions: 60_000 });
    snapshot = system.save();
  });

  const refusal = (way: readonly string[], value: PlainValue): string => {
    const { memory } = snapshot;
    try {
      system.restore({ state: withChange(snapshot.state, way, value), memory });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return assert.fail(`${way.slice(-3).join('.')} is taken`);
  };

  it('are taken up as they are', () => {
    system.restore(snapshot);
    const states = system.hypervisor?.vms.map(({ events }) => events.state());
    assert.deepEqual(states, [
      [
        { number: 1, is: { kind: 'interdomain', vcpu: 0, vm: 1, port: 1 } },
        { number: 2, is: { kind: 'virq', vcpu: 0, virq: 'balloon' } },
        { number: 3, is: { kind: 'ipi', vcpu: 1 } },
      ],
      [
        { number: 1, is: { kind: 'interdomain', vcpu: 0, vm: 0, port: 1 } },
        { number: 2, is: { kind: 'unbound', vcpu: 0, vm: 0 } },
      ],
    ]);
  });

  const at = (vm: number, index: number, ...field: string[]): string[] => [...EVENTS, `${vm}`, `${index}`, ...field];
  for (const [what, way, value, message] of [
    ['port 0', at(0, 0, 'number'), 0, /vms\[0\]\[0\]\.number must be/],
    ['a port of too high a number', at(1, 1, 'number'), 4096, /vms\[1\]\[1\]\.number must be/],
    ['ports out of order', at(0, 1, 'number'), 1, /vms\[0\]\[1\]\.number must be above that of the port before it/],
    ['a vCPU that there is not', at(0, 0, 'is', 'vcpu'), 2, /vms\[0\]\[0\]\.is\.vcpu must be a vCPU from 0 to 1/],
    ['a VM that there is not', at(1, 1, 'is', 'vm'), 2, /vms\[1\]\[1\]\.is\.vm must be a VM from 0 to 1/],
    [
      'an end that does not lead back',
      at(0, 0, 'is', 'port'),
      2,
      /vms\[0\]\[0\]\.is\.port must be another port, of VM 1,/,
    ],
    ['an end that is its own', at(0, 0, 'is', 'vm'), 0, /vms\[0\]\[0\]\.is\.port must be another port, of VM 0,/],
    ['a port of no kind', at(0, 2, 'is', 'kind'), 'upi', /vms\[0\]\[2\]\.is must be a port that is unbound,/],
    ['a timer', at(0, 1, 'is', 'virq'), 'timer', /vms\[0\]\[1\]\.is\.kind must be one that goes by a port/],
    [
      'a device',
      at(0, 2, 'is'),
      { kind: 'pirq', vcpu: 0, source: 1 },
      /vms\[0\]\[2\]\.is\.kind must be one that goes by a port/,
    ],
    [
      'a second port for the same',
      at(0, 2, 'is'),
      { kind: 'virq', vcpu: 0, virq: 'balloon' },
      /vms\[0\]\[2\]\.is must be for some/,
    ],
    ['too few VMs', EVENTS, [[]], /field vms must be a list of 2 entries/],
    ['a wait for port 0', [...WAIT, 'ports', '0'], 0, /wait\.ports\[0\] must be/],
    ['a wait until before all time', [...WAIT, 'deadline'], -1, /wait\.deadline must be/],
    ['a wait for too many', [...WAIT, 'ports'], new Array<number>(129).fill(1), /wait\.ports must be a list/],
    ['a wait for nothing that there is', [...WAIT, 'kind'], 'rain', /wait must be/],
  ] as const)
    it(`are refused with ${what}`, () => {
      const before = system.stateHash();
      assert.match(refusal(way, value as PlainValue), message);
      assert.equal(system.stateHash(), before);
    });

  it('are none of a VM that shares no page', async () => {
    const { system: other, puppets } = await makePuppets(['full'], { paravirtual: false });
    puppets[0]?.event('ipi');
    const { state, memory } = other.save();
    const port = [{ number: 1, is: { kind: 'ipi', vcpu: 0 } }];
    assert.throws(
      () => other.restore({ state: withChange(state, [...EVENTS, '0'], port), memory }),
      /vms\[0\]\[0\]\.is\.kind must not be: the VM shares no page/,
    );
  });
});
