import assert from 'node:assert/strict';
import { Plic } from '../../../simulator/devices/plic';
import { SHARED_PAGE_ADDRESS } from '../../../simulator/hypercalls/shared-page';
import { DeviceInterrupts } from '../../../simulator/hypervisor/events/device-interrupts';
import { type ChannelVm, EventChannels } from '../../../simulator/hypervisor/events/event-channels';
import { SharedPage } from '../../../simulator/hypervisor/events/shared-page';
import { event } from '../../../simulator/hypervisor/hypercalls/event';
import type { HypercallCall } from '../../../simulator/hypervisor/hypercalls/hypercall';
import { EVENT } from '../../support/puppets';

/** Memory of one page, as the VMM has it. */
class OnePage {
  readonly bytes = new DataView(new ArrayBuffer(4096));
  read8(at: number): number {
    return this.bytes.getUint8(at - SHARED_PAGE_ADDRESS);
  }
  write8(at: number, value: number): void {
    this.bytes.setUint8(at - SHARED_PAGE_ADDRESS, value);
  }
  read32(at: number): number {
    return this.bytes.getInt32(at - SHARED_PAGE_ADDRESS, true);
  }
  writeWords(at: number, low: number, high: number): void {
    this.bytes.setInt32(at - SHARED_PAGE_ADDRESS, low, true);
    this.bytes.setInt32(at + 4 - SHARED_PAGE_ADDRESS, high, true);
  }
}

/** A VM whose engine tells its guest by traps: no engine of these tests does. */
function vmByTraps(vcpus: number) {
  const upcalls = new Array<number>(vcpus).fill(0);
  const plic: Plic = new Plic(0x0c000000, 96, [
    { setLevel: () => undefined },
    { setLevel: (level) => level && channels.interruptsCame() },
  ]);
  const page = new SharedPage(new OnePage(), () => SHARED_PAGE_ADDRESS);
  const vm: ChannelVm = {
    id: 0,
    name: 'vm',
    ledger: { charge: () => undefined },
    vcpus: upcalls.map((_, vcpu) => ({
      upcall: () => {
        upcalls[vcpu] = (upcalls[vcpu] ?? 0) + 1;
      },
      portCame: () => undefined,
    })),
  };
  const devices = new DeviceInterrupts(plic);
  const channels: EventChannels = new EventChannels(vm, page, (id) => (id === 0 ? channels : undefined), {
    kind: 'trap',
    devices,
  });
  const call = (name: keyof typeof EVENT, x = 0, y = 0, caller = 0) => {
    const given = [EVENT[name], x, y];
    const made = { vm: { events: channels }, caller, number: (index: number) => given[index] ?? 0 };
    const narration = event.handle(made as unknown as HypercallCall);
    for (;;) {
      const next = narration.next();
      if (next.done) return next.value;
    }
  };
  return { channels, page, plic, upcalls, call };
}

const DONE = { error: 0, value: 0 };
const UART = 10;

describe('ports of a VM that is told by traps', () => {
  it('are of a device, whose next interrupt comes when the port is unmasked', () => {
    const { call, page, plic, upcalls } = vmByTraps(1);
    const line = plic.source(UART);
    line.setLevel(true);
    assert.deepEqual(upcalls, [0], 'it has no port yet');
    assert.deepEqual(call('pirq', UART), { error: 0, value: 1 });
    assert.deepEqual(upcalls, [1], 'it was asking already');
    assert.equal(page.isPending(1), true);
    page.clearPending(1);
    line.setLevel(false);
    line.setLevel(true);
    assert.equal(page.isPending(1), false, 'it is being served');
    assert.deepEqual(call('unmask', 1), DONE);
    assert.equal(page.isPending(1), true);
  });

  it('are of a source once, and of none that there is not', () => {
    const { call } = vmByTraps(1);
    assert.deepEqual(call('pirq', 0), { error: -3, value: 0 });
    assert.deepEqual(call('pirq', 97), { error: -3, value: 0 });
    assert.deepEqual(call('pirq', 1.5), { error: -3, value: 0 });
    assert.deepEqual(call('pirq', 96), { error: 0, value: 1 });
    assert.deepEqual(call('pirq', 96), { error: -6, value: 0 });
    assert.deepEqual(call('send', 1), { error: -3, value: 0 });
  });

  it('tell nothing of a device any more once they are closed', () => {
    const { call, page, plic } = vmByTraps(1);
    call('pirq', UART);
    plic.source(UART).setLevel(true);
    assert.deepEqual(call('close', 1), DONE);
    plic.source(UART).setLevel(false);
    plic.source(UART).setLevel(true);
    assert.equal(page.isPending(1), false);
    assert.deepEqual(call('pirq', UART), { error: 0, value: 1 }, 'and of another one again');
    assert.equal(page.isPending(1), true);
  });

  it('may come to another vCPU, which a timer and an IPI may not', () => {
    const { call, channels, upcalls } = vmByTraps(2);
    assert.deepEqual(call('virq', 0, 0, 1), { error: 0, value: 1 });
    assert.deepEqual(call('virq', 0, 0, 1), { error: -6, value: 0 });
    assert.deepEqual(call('virq', 0, 0, 0), { error: 0, value: 2 }, 'each vCPU has a timer');
    assert.deepEqual(call('to_vcpu', 1, 0), { error: -4, value: 0 });
    assert.deepEqual(call('pirq', UART), { error: 0, value: 3 });
    assert.deepEqual(call('to_vcpu', 3, 1), DONE);
    channels.raiseVirq('timer', 1);
    assert.deepEqual(upcalls, [0, 1]);
    channels.raiseVirq('timer', 0);
    assert.deepEqual(upcalls, [1, 1]);
  });

  it('have what is pending delivered to who asks for it', () => {
    const { call, page, upcalls } = vmByTraps(2);
    call('ipi', 1);
    page.clearPending(1);
    assert.deepEqual(call('deliver', 0, 0, 1), DONE);
    assert.deepEqual(upcalls, [0, 0]);
    call('send', 1);
    assert.deepEqual(upcalls, [0, 1]);
    assert.deepEqual(call('deliver', 0, 0, 0), DONE);
    assert.deepEqual(call('deliver', 0, 0, 1), DONE);
    assert.deepEqual(upcalls, [0, 2]);
  });
});
