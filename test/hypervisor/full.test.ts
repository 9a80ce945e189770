import assert from 'node:assert/strict';
import { FullVcpu } from '../../simulator/hypervisor/engines/full/vcpu';
import { assembleGuest, makeSystem } from '../support/guest';

const LIMIT = 30_000_000;

/** A guest that does `body` and powers off. */
const guest = (body: string): string => `
        .globl _start
_start:
${body}
power_off:
        li      a7, 8
        ecall
        j       .
`;

async function runFull(body: string, configuration: Parameters<typeof makeSystem>[1] = {}) {
  const { system, output } = makeSystem(await assembleGuest(guest(body)), { virtualization: 'full', ...configuration });
  const stop = system.machine.run({ instructions: LIMIT });
  const { vm } = system;
  const vcpu = vm?.vcpus[0];
  assert.ok(vm && vcpu instanceof FullVcpu);
  return { system, vm, vcpu, stop, output };
}

describe('the engine full', () => {
  it('kills a guest that traps at its own trap vector', async () => {
    const { stop, system } = await runFull(`
        li      t0, 0x18000000          # no memory there
        csrw    stvec, t0
        ebreak`);
    assert.equal(stop.reason, 'killed');
    assert.equal(stop.reason === 'killed' && stop.kind, 'trap-loop');
    assert.deepEqual(system.isolationBreaches(), []);
  });

  it('does not kill a guest whose vector maps only after a fault', async () => {
    const { stop } = await runFull(`
        la      t0, vector
        csrw    stvec, t0
        ebreak
        .balign 4
vector: j       power_off`);
    assert.equal(stop.reason, 'power-off');
  });

  it('kills at the first access outside the VM where it is told to', async () => {
    const { stop } = await runFull('        li t0, 0x18000000\n        lw t1, 0(t0)', { onIllegal: 'kill' });
    assert.equal(stop.reason === 'killed' && stop.kind, 'illegal-access');
  });

  it('has the paging that it can shadow: kernels try the schemes one by one', async () => {
    const { system } = await runFull(`
        la      t0, root
        srli    t0, t0, 12
        li      t1, 10 << 60            # Sv57, Sv48, Sv39
        or      t1, t1, t0
        csrw    satp, t1
        csrr    s0, satp
        li      t1, 9 << 60
        or      t1, t1, t0
        csrw    satp, t1
        csrr    s1, satp
        li      t1, 8 << 60
        or      t1, t1, t0
        csrw    satp, t1
        csrr    s2, satp
        srli    s2, s2, 60
        j       power_off
        .balign 4096
root:   .dword  0, 0, 0x200000cf
        .skip   4096 - 24`);
    const hart = system.machine.harts[0];
    assert.deepEqual([hart?.x(8), hart?.x(9), hart?.x(18)], [0n, 0n, 8n]);
  });

  it('keeps its memory flat when the guest maps everything, and stays isolated', async () => {
    const { stop, system, vcpu } = await runFull(
      `
        # 8192 gigapages' worth of addresses: touch pages all over the 39 bits through one-gigabyte leaves
        la      t0, root
        li      t1, 0x200000CF          # leaf: PPN 0x80000, V R W X A D
        li      t2, 512
1:      sd      t1, 0(t0)
        addi    t0, t0, 8
        addi    t2, t2, -1
        bnez    t2, 1b
        la      t0, root
        srli    t0, t0, 12
        li      t1, 8
        slli    t1, t1, 60
        or      t0, t0, t1
        csrw    satp, t0
        li      s0, 256                 # gigabytes of the lower half
        li      s1, 0x00400000          # an offset with memory behind it
2:      li      s2, 40                  # so many different 2 MiB regions each (in 16 MiB of RAM: 5)
        mv      t0, s1
3:      ld      t1, 0(t0)
        li      t2, 0x1000
        add     t0, t0, t2
        addi    s2, s2, -1
        bnez    s2, 3b
        li      t2, 0x40000000
        add     s1, s1, t2
        addi    s0, s0, -1
        bnez    s0, 2b
        csrw    satp, zero
        j       power_off
        .bss
        .balign 4096
root:   .skip 4096
        .text`,
    );
    assert.equal(stop.reason, 'power-off');
    assert.deepEqual(system.isolationBreaches(), []);
    const { pool } = vcpu.spaces;
    assert.ok(pool.available >= 0);
    assert.equal(system.machine.core.ram.size, 2 ** 21 + pool.range.frames * 4096 + 16 * 2 ** 20);
  });

  it('evicts address spaces when a guest uses more of them than the pool holds', async () => {
    const { stop, system, vcpu } = await runFull(`
        la      t0, root
        li      t1, 0x200000CF
        sd      t1, 16(t0)              # identity for the gigabyte of RAM
        li      s0, 3000                # ASIDs, each a shadow root of its own and two tables
1:      la      t0, root
        srli    t0, t0, 12
        li      t1, 8
        slli    t1, t1, 60
        or      t0, t0, t1
        slli    t1, s0, 44
        or      t0, t0, t1
        csrw    satp, t0
        la      t2, root
        ld      t1, 0(t2)
        addi    s0, s0, -1
        bnez    s0, 1b
        csrw    satp, zero
        j       power_off
        .bss
        .balign 4096
root:   .skip 4096
        .text`);
    assert.equal(stop.reason, 'power-off');
    assert.deepEqual(system.isolationBreaches(), []);
    assert.ok(vcpu.spaces.views.length < 3000);
  });

  it('records every exit with what it changed and what it cost', async () => {
    const { vm } = await runFull('        li t0, 0x40000\n        csrw sscratch, t0');
    const write = vm.ledger.last(100).find(({ kind }) => kind.id === 'csr-access');
    assert.ok(write);
    assert.deepEqual(write.changes, [
      { kind: 'virtual CSR', csr: 0x140, before: { low: 0, high: 0 }, after: { low: 0x40000, high: 0 } },
    ]);
    assert.ok(write.cycles > 0);
    assert.equal(
      vm.ledger.count,
      vm.ledger.counts().reduce((sum, { count }) => sum + count, 0),
    );
  });

  it('narrates a handler step by step, and observing changes nothing', async () => {
    const program = await assembleGuest(
      guest('        li t0, 0x40000\n        csrw sscratch, t0\n        csrr t1, sscratch'),
    );
    const observed = makeSystem(program, { virtualization: 'full' }).system;
    const unobserved = makeSystem(program, { virtualization: 'full' }).system;
    unobserved.machine.run({ instructions: LIMIT });
    let steps = 0;
    for (;;) {
      const stop = observed.machine.run({ instructions: LIMIT, stopAtStep: () => true });
      if (stop.reason !== 'handler') break;
      steps++;
    }
    assert.ok(steps > 10);
    assert.equal(observed.stateHash(), unobserved.stateHash());
  });
});
